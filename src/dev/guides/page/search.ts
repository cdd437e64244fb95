/** The search of the guides: loads the index when it is first needed, and lists the results as links. */
import MiniSearch from 'minisearch';
import { RESULTS_MAX, type Section, searchOptions } from './search-options.ts';

const form = document.querySelector<HTMLFormElement>('form[role=search]');
const input = form?.querySelector('input');
const list = form?.querySelector('ol');
const status = form?.querySelector('output');

let index: Promise<MiniSearch<Section>> | undefined;

function load(): Promise<MiniSearch<Section>> {
  index ??= fetch(new URL('search.json', import.meta.url))
    .then((response) => response.text())
    .then((json) => MiniSearch.loadJSON<Section>(json, searchOptions));
  return index;
}

type Result = Pick<Section, 'page' | 'heading' | 'address' | 'excerpt'>;

function linkTo({ page, heading, address, excerpt }: Result): HTMLLIElement {
  const item = document.createElement('li');
  const link = item.appendChild(document.createElement('a'));
  link.href = address;
  link.append(address.includes('#') ? `${page} › ${heading}` : heading);
  link.appendChild(document.createElement('small')).append(excerpt);
  return item;
}

if (form && input && list && status) {
  const show = (results: readonly Result[], said: string) => {
    list.replaceChildren(...results.map(linkTo));
    list.hidden = results.length === 0;
    status.textContent = said;
  };

  const search = async () => {
    const query = input.value.trim();
    const results = query ? (await load()).search(query).slice(0, RESULTS_MAX) : [];
    if (query !== input.value.trim()) return;
    show(
      results.map((result) => result as unknown as Result),
      query && (results.length ? `${results.length} results` : 'No results'),
    );
  };

  /** Moves the focus along the input and the results. */
  const move = (by: number) => {
    const stops: HTMLElement[] = [input, ...list.querySelectorAll('a')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.max(0, Math.min(at + by, stops.length - 1))]?.focus();
  };

  form.hidden = false;
  input.addEventListener('focus', load, { once: true });
  input.addEventListener('input', search);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    list.querySelector('a')?.click();
  });
  form.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      move(step);
    } else if (event.key === 'Escape') {
      input.value = '';
      show([], '');
      input.focus();
    }
  });
  // Not `focusout`: a browser that does not focus a link on a click would hide the result under the pointer.
  for (const event of ['focusin', 'pointerdown']) {
    document.addEventListener(event, ({ target }) => {
      if (!form.contains(target as Node)) list.hidden = true;
    });
  }
  input.addEventListener('focus', () => {
    list.hidden = list.children.length === 0;
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
}

// The list of pages is open on a wide screen, and folded on a phone.
const pages = document.querySelector<HTMLDetailsElement>('.pages details');
if (pages && matchMedia('(max-width: 60rem)').matches) pages.open = false;
