/** Shows the notifications that the backend's webhook receives, as they arrive. */
import { html, render } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Notification } from '../notifications.ts';
import { callBackend } from './session.ts';

export function notificationsPanel(section: HTMLElement): () => void {
  const arrived: Notification[] = [];
  const stage = document.createElement('div');
  section.append(stage);
  section.classList.add('alone');

  new EventSource('/notifications').addEventListener('message', ({ data }: MessageEvent<string>) => {
    const notification = JSON.parse(data) as Notification;
    // On a new connection the backend sends its kept notifications again.
    if (arrived.some(({ id, arrived: at }) => id === notification.id && at === notification.arrived)) return;
    arrived.unshift(notification);
    draw();
  });

  function draw(): void {
    render(
      html`
        <h2>Notifications to your backend's webhook</h2>
        <div class="row"><button type="button" @click=${() => void callBackend('ping')}>Send a ping</button></div>
        <div role="log" aria-label="Notifications">
          ${arrived.length ? '' : html`<p class="muted">No notifications yet. Change an event in the calendar, or book a time.</p>`}
          ${repeat(
            arrived,
            ({ id, arrived: at }) => `${id} ${at}`,
            ({ type, verified, arrived: at, body }) => html`<details class="notification">
              <summary>
                <span class="status ${verified ? 'good' : 'bad'}">${verified ? 'verified' : 'not verified'}</span>
                <strong>${type}</strong> <span class="took">${new Date(at).toLocaleTimeString()}</span>
              </summary>
              <pre tabindex="0" aria-label="Body">${pretty(body)}</pre>
            </details>`,
          )}
        </div>
      `,
      stage,
    );
  }

  draw();
  return draw;
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
