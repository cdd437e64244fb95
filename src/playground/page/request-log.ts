/** Shows the requests of a panel beside it, as SDK code and as curl, with their answers and times. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RecordedRequest } from '../record.ts';
import { copyButton } from './copy-button.ts';

interface Entry extends RecordedRequest {
  number: number;
  /** When the answer came, in milliseconds since the epoch. */
  at: number;
  /** One of the requests that test a token: it asks for nothing, so a permitted one ends in 400 or 404. */
  probe: boolean;
}

/** When the user last did anything, in milliseconds since the epoch. */
let gestureAt = 0;
for (const type of ['pointerdown', 'keydown', 'change'])
  addEventListener(
    type,
    () => {
      gestureAt = Date.now();
    },
    { capture: true },
  );

const ENTRIES_MAX = 30;
const entries = new Map<string, Entry[]>();
const asides = new Map<string, HTMLElement>();
let last = 0;

/** Adds a request to the log of a panel. */
export function log(panel: string, request: RecordedRequest, { probe = false } = {}): void {
  const entry = { ...request, number: ++last, at: Date.now(), probe };
  const all = [entry, ...(entries.get(panel) ?? [])].slice(0, ENTRIES_MAX);
  entries.set(panel, all);
  const aside = asides.get(panel);
  if (aside) draw(aside, all);
}

/** The element that shows the log of a panel. */
export function requestLog(panel: string): HTMLElement {
  const aside = document.createElement('aside');
  aside.className = 'requests';
  aside.setAttribute('aria-label', 'Requests');
  asides.set(panel, aside);
  draw(aside, entries.get(panel) ?? []);
  return aside;
}

/** What the user has just made: the latest change since they last did anything, or else the latest request. */
const featuredIn = (all: readonly Entry[]): Entry | undefined =>
  all.find(({ method, at, tookMs }) => method !== 'GET' && at - tookMs >= gestureAt) ?? all[0];

function draw(aside: HTMLElement, all: Entry[]): void {
  const probes = all.filter(({ probe }) => probe);
  const requests = all.filter(({ probe }) => !probe);
  const featured = featuredIn(requests);
  const others = requests.filter((entry) => entry !== featured);
  render(
    html`<h3>The request just made</h3>
      ${featured ? shown(featured) : html`<p class="muted">No requests yet.</p>`}
      ${probes.length ? html`<h3>The probes of the token</h3><p class="muted">${PROBES}</p>` : nothing}
      ${list(probes)}
      ${others.length ? html`<h3>Other requests</h3>` : nothing}
      ${list(others)}`,
    aside,
  );
}

const PROBES =
  'Each has an empty body or an unknown id, so it changes nothing. One that the token permits ends in 400 or 404; 401 is a refusal.';

const list = (some: Entry[]) =>
  repeat(
    some,
    ({ number }) => number,
    (entry) => html`<details><summary>${line(entry)}</summary>${texts(entry)}</details>`,
  );

const shown = (entry: Entry) => html`<p class="line">${line(entry)}</p>${texts(entry)}`;

function line({ method, path, status, tookMs, from, probe }: Entry): TemplateResult {
  const expected = probe && (status === 400 || status === 404);
  const kind = expected ? 'expected' : status >= 200 && status < 300 ? 'good' : 'bad';
  return html`<span class="status ${kind}">${status || 'failed'}</span>
    <span class="method">${method}</span>
    <span class="path" title=${path}>${short(path)}</span>
    <span class="took">${from === 'backend' ? 'backend, ' : ''}${tookMs} ms</span>`;
}

/** The path without its query, and with only the first four digits of each id. */
const short = (path: string) =>
  path.split('?')[0]?.replace(/([0-9a-f]{4})[0-9a-f]{4}(-[0-9a-f]+){4}/g, '$1…');

function texts({ code, curl, answer }: Entry): TemplateResult {
  return html`${block('SDK', code)} ${block('curl', curl)} ${block('Answer', answer)}`;
}

function block(title: string, text: string): TemplateResult {
  return html`<div class="block">
    <h4>${title}</h4>
    ${copyButton(title, text)}
    <pre tabindex="0" aria-label=${title}>${text}</pre>
  </div>`;
}
