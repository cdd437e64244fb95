/** Beside each panel: the requests that it made, as SDK code and as curl, with their answers and times. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RecordedRequest } from '../record.ts';

interface Entry extends RecordedRequest {
  number: number;
}

const KEPT = 16;
const entries = new Map<string, Entry[]>();
const places = new Map<string, HTMLElement>();
let last = 0;

export function log(panel: string, request: RecordedRequest): void {
  const all = [{ ...request, number: ++last }, ...(entries.get(panel) ?? [])].slice(0, KEPT);
  entries.set(panel, all);
  const place = places.get(panel);
  if (place) draw(place, all);
}

/** The place of a panel's requests; `panel` is what `log` is called with. */
export function requestLog(panel: string): HTMLElement {
  const place = document.createElement('aside');
  place.className = 'requests';
  place.setAttribute('aria-label', 'Requests');
  places.set(panel, place);
  draw(place, entries.get(panel) ?? []);
  return place;
}

function draw(place: HTMLElement, all: Entry[]): void {
  const [newest, ...older] = all;
  render(
    html`<h3>The request just made</h3>
      ${newest ? shown(newest) : html`<p class="muted">None yet.</p>`}
      ${older.length ? html`<h3>Before that</h3>` : nothing}
      ${repeat(
        older,
        ({ number }) => number,
        (entry) => html`<details><summary>${line(entry)}</summary>${texts(entry)}</details>`,
      )}`,
    place,
  );
}

const shown = (entry: Entry) => html`<p class="line">${line(entry)}</p>${texts(entry)}`;

function line({ method, path, status, took, from }: Entry): TemplateResult {
  const kind = status >= 200 && status < 300 ? 'good' : 'bad';
  return html`<span class="status ${kind}">${status || 'none'}</span>
    <span class="method">${method}</span>
    <span class="path" title=${path}>${short(path)}</span>
    <span class="took">${from === 'backend' ? 'backend, ' : ''}${took} ms</span>`;
}

/** Without the query, and with as much of each id as tells it apart. */
const short = (path: string) =>
  path.split('?')[0]?.replace(/([0-9a-f]{4})[0-9a-f]{4}(-[0-9a-f]+){4}/g, '$1…');

function texts({ code, curl, answer }: Entry): TemplateResult {
  return html`${block('SDK', code)} ${block('curl', curl)} ${block('Answer', answer)}`;
}

function block(title: string, text: string): TemplateResult {
  const copy = (event: Event) => {
    const button = event.currentTarget as HTMLButtonElement;
    void navigator.clipboard.writeText(text).then(() => {
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    });
  };
  return html`<div class="block">
    <h4>${title}</h4>
    <button type="button" class="copy" aria-label="Copy ${title}" @click=${copy}>Copy</button>
    <pre tabindex="0" aria-label=${title}>${text}</pre>
  </div>`;
}
