/** Asks for an event's details, or which of a series is meant. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { instantOf, wallClock } from './clock.ts';
import { type Details, REPEATS, type Shown, type Wish } from './event-changes.ts';

const MINUTE = 60_000;

interface Asked {
  zone: string;
  /** The event that is there; without it, a new one is asked for. */
  shown?: Shown;
  startTs?: number;
  duration?: number;
}

/** Undefined where nothing is wanted after all. */
export function askForEvent({ zone, shown, startTs = 0, duration = 0 }: Asked): Promise<Wish | undefined> {
  const { event, instance } = shown ?? {};
  const start = instance?.startTs ?? startTs;
  const minutes = Math.round((event?.duration ?? duration) / MINUTE);
  const series = Boolean(event?.recurrence);
  const repeats = series ? ['as before', ...REPEATS] : REPEATS;
  return dialog<Wish>(
    (answer) => html`
      <form
        method="dialog"
        @submit=${(submit: SubmitEvent) => {
          const form = new FormData(submit.target as HTMLFormElement);
          const text = (name: string) => String(form.get(name) ?? '');
          const details: Details = {
            title: text('title'),
            startTs: instantOf(text('start'), zone),
            duration: Number(text('minutes')) * MINUTE,
            repeats: text('repeats') as Details['repeats'],
            busy: form.has('busy'),
          };
          answer({ kind: 'save', ...details });
        }}
      >
        <h2>${event ? 'Event' : 'New event'}</h2>
        <label>Title<input name="title" .value=${event?.metadata.title ?? ''} required autofocus /></label>
        <label>
          Starts (${zone.replaceAll('_', ' ')})
          <input type="datetime-local" name="start" .value=${wallClock(start, zone)} required />
        </label>
        <label>Minutes<input type="number" name="minutes" min="5" max="1440" .value=${String(minutes)} required /></label>
        <label>
          Repeats
          <select name="repeats">
            ${repeats.map((name) => html`<option value=${name}>${name}</option>`)}
          </select>
        </label>
        <label class="check"><input type="checkbox" name="busy" ?checked=${event?.busy ?? true} /> Busy</label>
        <div class="actions">
          <button class="primary">${event ? 'Save' : 'Create'}</button>
          <button type="button" @click=${() => answer(undefined)}>Close</button>
          ${
            series
              ? html`<button type="button" class="danger" @click=${() => answer({ kind: 'delete', which: 'one' })}>
                  Delete this one
                </button>`
              : nothing
          }
          ${
            event
              ? html`<button type="button" class="danger" @click=${() => answer({ kind: 'delete', which: 'series' })}>
                  Delete${series ? ' the series' : ''}
                </button>`
              : nothing
          }
        </div>
      </form>
    `,
  );
}

export function askWhich(what: string): Promise<'one' | 'series' | undefined> {
  return dialog<'one' | 'series'>(
    (answer) => html`
      <h2>${what} which?</h2>
      <div class="actions answers">
        <button type="button" class="primary" autofocus @click=${() => answer('one')}>Only this one</button>
        <button type="button" @click=${() => answer('series')}>The whole series</button>
        <button type="button" @click=${() => answer(undefined)}>Neither</button>
      </div>
    `,
  );
}

function dialog<T>(
  content: (answer: (value: T | undefined) => void) => TemplateResult,
): Promise<T | undefined> {
  const element = document.createElement('dialog');
  document.body.append(element);
  return new Promise((resolve) => {
    let value: T | undefined;
    const answer = (given: T | undefined) => {
      value = given;
      element.close();
    };
    element.addEventListener('close', () => {
      element.remove();
      resolve(value);
    });
    render(content(answer), element);
    element.setAttribute('aria-label', element.querySelector('h2')?.textContent ?? '');
    element.showModal();
  });
}
