/** The dialogs of the calendar panel: to edit an event, and to choose of what a change of a series is. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { instantOf, wallClock } from './clock.ts';
import { type Details, type Edit, REPEATS, type Shown, type Which } from './event-changes.ts';
import { optionsView } from './options.ts';
import { isWhole, type When, whenOf } from './when.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface EventToEdit {
  /** The zone in which the calendar shows times. */
  zone: string;
  /** The zone of the calendar: the default of a new event. */
  calendarZone: string;
  /** The zones to choose from. */
  zones: readonly string[];
  /** When a new event takes place. */
  when: When;
  /** The event to edit; without one, the dialog creates an event. */
  shown?: Shown;
}

/** Opens the dialog for an event. The result is undefined when the dialog closes without a choice. */
export function editEvent(edited: EventToEdit): Promise<Edit | undefined> {
  const { zone, shown, calendarZone } = edited;
  const { event, instance } = shown ?? {};
  const when = instance ? whenOf(instance) : edited.when;
  const series = Boolean(event?.recurrence);
  const repeats = series ? ['unchanged', ...REPEATS] : REPEATS;
  const ownZone = (!event?.allDay && event?.timezone) || calendarZone;
  const zones = [...new Set([...edited.zones, ownZone])];
  let whole = isWhole(when);
  return dialog<Edit>(
    (close, redraw) => html`
      <form
        method="dialog"
        @submit=${(submit: SubmitEvent) => {
          const form = new FormData(submit.target as HTMLFormElement);
          const text = (name: string) => String(form.get(name) ?? '');
          const details: Details = {
            title: text('title'),
            when: whole
              ? { date: text('date'), days: Number(text('days')) }
              : {
                  startTs: startOf(text('start'), when, zone),
                  duration: Number(text('minutes')) * MINUTE_MS,
                },
            timezone: whole ? undefined : text('timezone'),
            repeats: text('repeats') as Details['repeats'],
            busy: form.has('busy'),
          };
          close({ kind: 'save', ...details });
        }}
      >
        <h2>${event ? 'Event' : 'New event'}</h2>
        ${series ? html`<p class="muted">This is one of a series. Next, choose whether the others change, too.</p>` : nothing}
        <label>Title<input name="title" .value=${instance?.metadata?.title ?? event?.metadata.title ?? ''} required autofocus /></label>
        <label class="check">
          <input
            type="checkbox"
            ?checked=${whole}
            @change=${(change: Event) => {
              whole = (change.target as HTMLInputElement).checked;
              redraw();
            }}
          /> Whole days
        </label>
        ${whole ? datesView(when, zone) : timesView(when, zone)}
        <label>
          Repeats
          <select name="repeats">
            ${repeats.map((name) => html`<option value=${name}>${name}</option>`)}
          </select>
        </label>
        ${
          whole
            ? nothing
            : html`<label>
                Repeats on the clock of
                <select name="timezone">
                  ${optionsView(
                    zones.map((name) => [name, name]),
                    ownZone,
                  )}
                </select>
              </label>`
        }
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

/** The instant of what the field says. One that is left as it was stays, also in an hour that the clock shows twice. */
const startOf = (wall: string, was: When, zone: string): number =>
  !isWhole(was) && wallClock(was.startTs, zone) === wall ? was.startTs : instantOf(wall, zone);

/** The fields of a time. Whole days become the morning of their first. */
function timesView(when: When, zone: string) {
  const { startTs, duration } = isWhole(when)
    ? { startTs: instantOf(`${when.date}T09:00`, zone), duration: HOUR_MS }
    : when;
  return html`
    <label>
      Starts (${zone.replaceAll('_', ' ')})
      <input type="datetime-local" name="start" .value=${wallClock(startTs, zone)} required />
    </label>
    <label>Minutes<input type="number" name="minutes" min="5" max="1440" .value=${String(Math.round(duration / MINUTE_MS))} required /></label>
  `;
}

/** The fields of whole days. A time becomes the date that it is on in `zone`. */
function datesView(when: When, zone: string) {
  const { date, days } = isWhole(when)
    ? when
    : { date: wallClock(when.startTs, zone).slice(0, 10), days: Math.ceil(when.duration / DAY_MS) };
  return html`
    <label>First day<input type="date" name="date" .value=${date} required /></label>
    <label>Number of days<input type="number" name="days" min="1" max="366" .value=${String(days)} required /></label>
  `;
}

/**
 * Asks which occurrences of a series change.
 *
 * @param verb what happens to them, such as "Move".
 * @param turns whether whole days become a time, or a time whole days: one occurrence alone cannot.
 */
export function chooseWhich(verb: string, turns: boolean): Promise<Which | undefined> {
  return dialog<Which>(
    (close) => html`
      <h2>${verb} one, or more of the series?</h2>
      ${turns ? html`<p class="muted">One occurrence alone cannot turn from a time into whole days, nor back.</p>` : nothing}
      <div class="actions answers">
        ${
          turns
            ? nothing
            : html`<button type="button" class="primary" autofocus @click=${() => close('instance')}>Only this one</button>`
        }
        <button type="button" @click=${() => close('following')}>This and those that follow</button>
        <button type="button" @click=${() => close('series')}>All</button>
        <button type="button" @click=${() => close(undefined)}>Change nothing</button>
      </div>
    `,
  );
}

function dialog<T>(
  content: (close: (value: T | undefined) => void, redraw: () => void) => TemplateResult,
): Promise<T | undefined> {
  const element = document.createElement('dialog');
  document.body.append(element);
  return new Promise((resolve) => {
    let result: T | undefined;
    const close = (value: T | undefined) => {
      result = value;
      element.close();
    };
    const draw = () => render(content(close, draw), element);
    element.addEventListener('close', () => {
      element.remove();
      resolve(result);
    });
    draw();
    element.setAttribute('aria-label', element.querySelector('h2')?.textContent ?? '');
    element.showModal();
  });
}
