/** The calendars of a user that are fed from a URL: the week shows their events, which only their URL changes. */
import { type Calendar, type NettuUserClient, unwrap } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';

interface Connection {
  client(): NettuUserClient;
  /** The zone of new calendars. */
  timezone(): string;
  /** Called after a change of what the week shows. */
  onChange(): void;
}

export function subscriptions({ client, timezone, onChange }: Connection) {
  const element = document.createElement('details');
  element.className = 'exchange';
  let calendars: Promise<Calendar[]> | undefined;
  let problem = '';

  /** The calendars, which it reads once for each user. */
  const read = (): Promise<Calendar[]> => {
    calendars ??= unwrap(client().calendar.list()).then(({ calendars }) =>
      calendars.filter(({ subscription }) => subscription),
    );
    calendars.catch(() => {
      calendars = undefined;
    });
    return calendars;
  };

  const attempt = async (work: () => Promise<unknown>) => {
    problem = '';
    try {
      await work();
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    calendars = undefined;
    await draw();
    onChange();
  };

  const subscribe = (submit: SubmitEvent) => {
    submit.preventDefault();
    const url = String(new FormData(submit.target as HTMLFormElement).get('url'));
    return attempt(async () => {
      const data = { timezone: timezone(), subscription: { url } };
      const { calendar } = await unwrap(client().calendar.create(data));
      await unwrap(client().calendar.refresh(calendar.id));
    });
  };
  const refresh = (id: string) => attempt(() => unwrap(client().calendar.refresh(id)));
  const remove = (id: string) => attempt(() => unwrap(client().calendar.remove(id)));

  async function draw(): Promise<void> {
    const shown = element.open ? await read().catch(() => []) : [];
    render(
      html`
        <summary>Subscribe to a calendar by URL</summary>
        ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
        <form class="row" aria-label="Subscribe to a calendar by URL" @submit=${subscribe}>
          <label>Its address<input name="url" required placeholder="webcal://…" /></label>
          <button>Subscribe</button>
        </form>
        <ul class="keys" aria-label="Subscriptions">
          ${shown.map(
            ({ id, subscription }) => html`<li>
              <span class="address">${subscription?.url}</span>
              <span class=${subscription?.error ? 'problem' : 'muted'}>${subscription?.error ?? fetched(subscription?.fetchedAt)}</span>
              <span class="actions">
                <button type="button" aria-label="Fetch: ${subscription?.url}" @click=${() => refresh(id)}>Fetch now</button>
                <button type="button" class="danger" aria-label="Remove: ${subscription?.url}" @click=${() => remove(id)}>Remove</button>
              </span>
            </li>`,
          )}
        </ul>
      `,
      element,
    );
  }

  element.addEventListener('toggle', () => void draw());
  void draw();
  return {
    element,
    read,
    /** Another user's calendar is on the page. */
    reset() {
      calendars = undefined;
      problem = '';
      void draw();
    },
  };
}

const fetched = (at: number | null = null): string =>
  at === null ? 'not fetched yet' : `fetched at ${new Date(at).toLocaleTimeString('en-GB')}`;
