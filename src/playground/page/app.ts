/** The playground's page: one panel at a time, each made when it is first looked at. */
import { bookingPanel } from './booking-panel.ts';
import { calendarPanel } from './calendar-panel.ts';
import { notificationsPanel } from './notifications-panel.ts';
import { startSession } from './session.ts';
import { tokenPanel } from './token-panel.ts';

/** Draws itself into its section; called again each time that the panel is looked at. */
export type Panel = (section: HTMLElement) => () => void;

const panels: Record<string, Panel> = {
  calendar: calendarPanel,
  token: tokenPanel,
  booking: bookingPanel,
  notifications: notificationsPanel,
};
const shown = new Map<string, () => void>();
const starting = document.querySelector<HTMLElement>('#starting');

function show(): void {
  const wanted = location.hash.slice(1);
  const name = wanted in panels ? wanted : 'calendar';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  for (const section of document.querySelectorAll<HTMLElement>('.panel')) {
    section.hidden = section.id !== name;
    if (section.hidden) continue;
    const look = shown.get(name) ?? panels[name]?.(section);
    if (look) shown.set(name, look);
    look?.();
  }
}

try {
  await startSession();
  starting?.remove();
  addEventListener('hashchange', show);
  show();
} catch (error) {
  if (starting)
    starting.textContent = `Your backend does not answer: ${String(error)}. Is npm run dev running?`;
}
