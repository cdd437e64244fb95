/** The playground's page. It shows one panel at a time, and creates each panel when it first shows it. */
import { bookingPanel } from './booking-panel.ts';
import { calendarPanel } from './calendar-panel.ts';
import { notificationsPanel } from './notifications-panel.ts';
import { startSession } from './session.ts';
import { tokenPanel } from './token-panel.ts';

/** Draws the panel into its section. Returns a function that the page calls each time it shows the panel. */
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
  const hash = location.hash.slice(1);
  const name = hash in panels ? hash : 'calendar';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  for (const section of document.querySelectorAll<HTMLElement>('.panel')) {
    section.hidden = section.id !== name;
    if (section.hidden) continue;
    const onShow = shown.get(name) ?? panels[name]?.(section);
    if (onShow) shown.set(name, onShow);
    onShow?.();
  }
}

try {
  await startSession();
  starting?.remove();
  addEventListener('hashchange', show);
  show();
} catch (error) {
  if (starting)
    starting.textContent = `Your backend does not answer: ${String(error)}. Start npm run dev, then reload this page.`;
}
