/** Shows the requests of a panel beside it, as SDK code and as curl, with their answers and times. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RecordedRequest } from '../record.ts';

interface Entry extends RecordedRequest {
  number: number;
}

const ENTRIES_MAX = 16;
const entries = new Map<string, Entry[]>();
const asides = new Map<string, HTMLElement>();
let last = 0;

/** Adds a request to the log of a panel. */
export function log(panel: string, request: RecordedRequest): void {
  const all = [{ ...request, number: ++last }, ...(entries.get(panel) ?? [])].slice(0, ENTRIES_MAX);
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

function draw(aside: HTMLElement, all: Entry[]): void {
  const [newest, ...older] = all;
  render(
    html`<h3>Latest request</h3>
      ${newest ? shown(newest) : html`<p class="muted">No requests yet.</p>`}
      ${older.length ? html`<h3>Earlier requests</h3>` : nothing}
      ${repeat(
        older,
        ({ number }) => number,
        (entry) => html`<details><summary>${line(entry)}</summary>${texts(entry)}</details>`,
      )}`,
    aside,
  );
}

const shown = (entry: Entry) => html`<p class="line">${line(entry)}</p>${texts(entry)}`;

function line({ method, path, status, tookMs, from }: Entry): TemplateResult {
  const kind = status >= 200 && status < 300 ? 'good' : 'bad';
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
