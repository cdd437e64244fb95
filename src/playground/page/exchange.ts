/** How a calendar gets to other calendar apps, and their calendars into it: feeds, and the import of a file. */
import {
  type Feed,
  type FeedDetail,
  type ImportResult,
  type NettuUserClient,
  unwrap,
} from '@nettu/scheduler-sdk';
import { html, nothing, render, type TemplateResult } from 'lit';
import { copyButton } from './copy-button.ts';

interface Exchange {
  element: HTMLElement;
  /** Forgets what it shows: another calendar is on the page. */
  reset(): void;
}

interface Connection {
  client(): NettuUserClient;
  calendarId(): string;
  /** Called after an import. */
  onImport(): void;
}

export function exchange({ client, calendarId, onImport }: Connection): Exchange {
  const element = document.createElement('details');
  element.className = 'exchange';
  let feeds: Feed[] = [];
  /** The address of the feed just made: the Worker never says it again. */
  let url = '';
  let imported: ImportResult | undefined;
  let problem = '';
  /** The number of the calendar on the page, so that a late answer of another one is not shown. */
  let round = 0;

  /** Runs one change, unless the page shows another calendar by then, and shows what it led to. */
  const attempt = async <T>(work: () => Promise<T>, then: (result: T) => void = () => {}) => {
    const started = round;
    problem = '';
    try {
      const result = await work();
      if (started === round) then(result);
    } catch (error) {
      if (started === round) problem = error instanceof Error ? error.message : String(error);
    }
    draw();
  };
  const calls = () => client().calendar.feeds;
  const list = () =>
    attempt(
      () => unwrap(calls().list(calendarId())),
      (result) => {
        feeds = result.feeds;
      },
    );

  const create = (submit: SubmitEvent) => {
    submit.preventDefault();
    const form = new FormData(submit.target as HTMLFormElement);
    const name = String(form.get('name')).trim() || null;
    const detail = form.get('detail') as FeedDetail;
    return attempt(
      () => unwrap(calls().create(calendarId(), { detail, name })),
      (result) => {
        url = result.url;
        feeds = [...feeds, result.feed];
      },
    );
  };

  const remove = (feed: Feed) =>
    attempt(
      () => unwrap(calls().remove(calendarId(), feed.id)),
      () => {
        feeds = feeds.filter(({ id }) => id !== feed.id);
        if (url.endsWith(`${feed.hint}.ics`)) url = '';
      },
    );

  const importFile = (change: Event) => {
    const input = change.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (!file) return;
    imported = undefined;
    return attempt(
      async () => unwrap(client().calendar.import(calendarId(), await file.text())),
      (result) => {
        imported = result;
        // The same file may be chosen again.
        input.value = '';
        onImport();
      },
    );
  };

  function draw(): void {
    render(
      html`
        <summary>Subscribe to this calendar, or import a file</summary>
        ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
        <form class="row" aria-label="Subscribe to this calendar" @submit=${create}>
          <label>Name<input name="name" maxlength="100" placeholder="My phone" /></label>
          <label>
            It shows
            <select name="detail">
              <option value="full">everything</option>
              <option value="busy">only when busy</option>
            </select>
          </label>
          <button>Subscribe to this calendar</button>
        </form>
        ${url ? addressView(url) : nothing}
        ${feeds.length ? feedsView(feeds, remove) : html`<p class="muted">No app subscribes to this calendar yet.</p>`}
        <label>
          Import a file
          <input type="file" accept=".ics,text/calendar" @change=${importFile} />
        </label>
        ${imported ? importView(imported) : nothing}
      `,
      element,
    );
  }

  element.addEventListener('toggle', () => {
    if (element.open) void list();
  });
  draw();
  return {
    element,
    reset() {
      round += 1;
      feeds = [];
      url = '';
      imported = undefined;
      problem = '';
      draw();
      if (element.open) void list();
    },
  };
}

const addressView = (url: string): TemplateResult => html`
  <div class="block" role="status">
    <h4>The address of the feed. It is a secret, and is not shown again.</h4>
    ${copyButton('the address', url)}
    <pre tabindex="0" aria-label="The address of the feed">${url}</pre>
    <a href=${url.replace(/^https?:/, 'webcal:')}>Open it in your calendar app</a>
  </div>
`;

const feedsView = (feeds: Feed[], remove: (feed: Feed) => Promise<void>): TemplateResult => html`
  <ul class="keys" aria-label="Feeds">
    ${feeds.map(
      (feed) => html`<li>
        <strong>${feed.name ?? 'A feed'}</strong>
        <span class="muted">${feed.detail === 'busy' ? 'only when busy' : 'everything'}, address ends in ${feed.hint}</span>
        <span class="actions">
          <button type="button" class="danger" aria-label="Remove: ${feed.name ?? 'a feed'}, ${feed.hint}" @click=${() => remove(feed)}>Remove</button>
        </span>
      </li>`,
    )}
  </ul>
`;

const importView = ({ created, updated, unchanged, skipped }: ImportResult): TemplateResult => html`
  <div role="status">
    <p>${created} created, ${updated} updated, ${unchanged} unchanged, ${skipped.length} skipped</p>
    ${
      skipped.length
        ? html`<ul class="muted" aria-label="Skipped">
            ${skipped.map(({ uid, reason }) => html`<li>${uid ? html`<code>${uid}</code>: ` : nothing}${reason}</li>`)}
          </ul>`
        : nothing
    }
  </div>
`;
