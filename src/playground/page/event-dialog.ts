/** The dialogs of the calendar panel: to edit an event, and to choose of what a change of a series is. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { instantOf, wallClock } from './clock.ts';
import { type Details, type Edit, REPEATS, type Shown, type Which } from './event-changes.ts';

const MINUTE_MS = 60_000;

interface EventToEdit {
  zone: string;
  /** The event to edit; without one, the dialog creates an event. */
  shown?: Shown;
  startTs?: number;
  duration?: number;
}

/** Opens the dialog for an event. The result is undefined when the dialog closes without a choice. */
export function editEvent({
  zone,
  shown,
  startTs = 0,
  duration = 0,
}: EventToEdit): Promise<Edit | undefined> {
  const { event, instance } = shown ?? {};
  const start = instance?.startTs ?? startTs;
  const minutes = Math.round((instance ? instance.endTs - instance.startTs : duration) / MINUTE_MS);
  const series = Boolean(event?.recurrence);
  const repeats = series ? ['unchanged', ...REPEATS] : REPEATS;
  return dialog<Edit>(
    (close) => html`
      <form
        method="dialog"
        @submit=${(submit: SubmitEvent) => {
          const form = new FormData(submit.target as HTMLFormElement);
          const text = (name: string) => String(form.get(name) ?? '');
          const details: Details = {
            title: text('title'),
            startTs: instantOf(text('start'), zone),
            duration: Number(text('minutes')) * MINUTE_MS,
            repeats: text('repeats') as Details['repeats'],
            busy: form.has('busy'),
          };
          close({ kind: 'save', ...details });
        }}
      >
        <h2>${event ? 'Event' : 'New event'}</h2>
        ${series ? html`<p class="muted">This is one of a series. Next, choose whether the others change, too.</p>` : nothing}
        <label>Title<input name="title" .value=${instance?.metadata?.title ?? event?.metadata.title ?? ''} required autofocus /></label>
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
        <label class="check"><input type="checkbox" name="busy" ?checked=${instance?.busy ?? true} /> Busy</label>
        <div class="actions">
          <button class="primary">${event ? 'Save' : 'Create'}</button>
          <button type="button" @click=${() => close(undefined)}>Close</button>
          ${
            event
              ? html`<button type="button" class="danger" @click=${() => close({ kind: 'delete' })}>Delete</button>`
              : nothing
          }
        </div>
      </form>
    `,
  );
}

/**
 * Asks which occurrences of a series change.
 *
 * @param verb what happens to them, such as "Move".
 */
export function chooseWhich(verb: string): Promise<Which | undefined> {
  return dialog<Which>(
    (close) => html`
      <h2>${verb} one, or more of the series?</h2>
      <div class="actions answers">
        <button type="button" class="primary" autofocus @click=${() => close('instance')}>Only this one</button>
        <button type="button" @click=${() => close('following')}>This and those that follow</button>
        <button type="button" @click=${() => close('series')}>All</button>
        <button type="button" @click=${() => close(undefined)}>Change nothing</button>
      </div>
    `,
  );
}

function dialog<T>(
  content: (close: (value: T | undefined) => void) => TemplateResult,
): Promise<T | undefined> {
  const element = document.createElement('dialog');
  document.body.append(element);
  return new Promise((resolve) => {
    let result: T | undefined;
    const close = (value: T | undefined) => {
      result = value;
      element.close();
    };
    element.addEventListener('close', () => {
      element.remove();
      resolve(result);
    });
    render(content(close), element);
    element.setAttribute('aria-label', element.querySelector('h2')?.textContent ?? '');
    element.showModal();
  });
}
