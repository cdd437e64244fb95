/** The view of each step of a booking. */
import { html, nothing, type TemplateResult } from 'lit';
import { dateGrid } from './date-grid.ts';
import type { Flow, Host } from './flow.ts';

/** The part of the element that the views use. */
export interface View extends Host {
  readonly flow: Flow;
  readonly zones: readonly string[];
  /** Whether the page has its own fields in the slot. */
  readonly hasFields: boolean;
  /** The details in the form; undefined while a required one is missing. */
  details(form: HTMLFormElement): Record<string, string> | undefined;
  setZone(zone: string): void;
}

export function noticeView({ flow, words }: View): TemplateResult | typeof nothing {
  const { notice, working } = flow;
  if (!notice) return nothing;
  const { text, retry } = notice;
  return html`<div class="notice ${retry ? 'error' : ''}" part="notice" id="notice" tabindex="-1" role="alert">
    <p>${text}</p>
    ${retry ? button('retry', words.retry, () => void retry(), { disabled: working }) : nothing}
  </div>`;
}

export function stepView(view: View): TemplateResult {
  switch (view.flow.view) {
    case 'choose':
      return chooseView(view);
    case 'details':
      return detailsView(view);
    case 'booked':
      return bookedView(view);
    case 'cancelled':
      return cancelledView(view);
  }
}

function chooseView(view: View): TemplateResult {
  const { flow, words, language, zone } = view;
  const { moving, booking } = flow;
  return html`
    ${
      moving && booking
        ? html`<div class="notice" id="moving" tabindex="-1">
            <p>${words.moving(language.dayAndTime(booking.startTs, zone))}</p>
            ${button('keep', words.keep, () => flow.keepBooking())}
          </div>`
        : nothing
    }
    <div class="choose" part="choose" role="group" aria-label=${words.chooseDate}>
      <div>
        ${dateGrid({
          words,
          language,
          today: flow.today,
          cursor: flow.cursor,
          selected: flow.date,
          slots: flow.slots,
          loading: flow.loading,
          onMove: (date, focus) => flow.show(date, focus),
          onSelect: (date) => flow.selectDate(date),
        })}
        <div class="zone">
          <label for="zone">${words.timezone}</label>
          <select id="zone" part="timezone" @change=${(event: Event) => view.setZone((event.target as HTMLSelectElement).value)}>
            ${view.zones.map(
              (name) =>
                html`<option value=${name} ?selected=${name === zone}>${name.replaceAll('_', ' ')}</option>`,
            )}
          </select>
        </div>
      </div>
      ${timesView(view)}
    </div>
  `;
}

function timesView({ flow, words, language, zone }: View): TemplateResult {
  const { date, slots, loading, working, chosen } = flow;
  const times = (date && slots?.get(date)) || [];
  const texts = times.map(({ start }) => language.time(start, zone));
  // When the clock goes back, one hour of local times occurs twice.
  const twice = (text: string) => texts.indexOf(text) !== texts.lastIndexOf(text);
  const heading = () => {
    if (date && times.length) return language.day(date);
    if (loading && !slots) return words.loading;
    if (date) return words.noTimesOn(language.day(date));
    return slots?.size ? words.chooseDate : words.noTimesIn(language.month(flow.cursor));
  };
  return html`<div class="times" part="times" aria-busy=${loading}>
    <h3 id="times" part="heading" tabindex="-1">${heading()}</h3>
    <ul aria-labelledby="times">
      ${times.map((slot, index) => {
        const text = texts[index] ?? '';
        return html`<li>
          <button
            type="button"
            part="slot"
            data-start=${slot.start}
            aria-pressed=${slot.start === chosen?.start}
            ?disabled=${working}
            @click=${() => flow.choose(slot)}
          >
            ${twice(text) ? language.time(slot.start, zone, true) : text}
          </button>
        </li>`;
      })}
    </ul>
    ${slots && !slots.size && !loading ? button('next-times', words.nextTimes, () => void flow.next()) : nothing}
  </div>`;
}

function detailsView(view: View): TemplateResult {
  const { flow, words, language, zone } = view;
  const { expiresAt = 0 } = flow.booking ?? {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const details = view.details(event.target as HTMLFormElement);
    if (details) void flow.confirm(details);
  };
  return html`<div class="panel" part="details">
    ${title(words.details)} ${when(view)}
    <p class="muted" part="hold">
      ${flow.holdOver ? words.holdOver : words.heldUntil(language.time(expiresAt ?? 0, zone))}
    </p>
    <form part="form" @submit=${submit}>
      <slot name="fields">
        ${
          // The browser would validate the hidden default fields too, so the page's own fields replace them.
          view.hasFields
            ? nothing
            : html`<label>${words.name}<input part="input" name="name" autocomplete="name" maxlength="200" required /></label>
                <label>${words.note}<textarea part="input" name="note" rows="3" maxlength="2000"></textarea></label>`
        }
      </slot>
      <div class="actions">
        <button class="primary" part="button confirm" ?disabled=${flow.working}>${words.confirm}</button>
        ${button('back', words.back, () => void flow.releaseHold(), { disabled: flow.working })}
      </div>
    </form>
  </div>`;
}

function bookedView(view: View): TemplateResult {
  const { flow, words } = view;
  const disabled = flow.working;
  return html`<div class="panel" part="booked">
    <div class="mark" aria-hidden="true">✓</div>
    ${title(flow.moved ? words.moved : words.booked)} ${when(view)}
    ${
      flow.confirmingCancel
        ? html`<p id="sure" tabindex="-1">${words.cancelSure}</p>
            <div class="actions">
              ${button('cancel-yes', words.cancelYes, () => void flow.cancel(), { disabled, primary: true })}
              ${button('keep', words.keep, () => flow.keepBooking(), { disabled })}
            </div>`
        : html`<div class="actions">
            ${button('move', words.move, () => void flow.startMove(), { disabled })}
            ${button('cancel', words.cancel, () => flow.confirmCancel(), { disabled })}
          </div>`
    }
  </div>`;
}

function cancelledView(view: View): TemplateResult {
  const { flow, words } = view;
  return html`<div class="panel" part="cancelled">
    ${title(words.cancelled)} ${when(view)}
    <div class="actions">${button('again', words.again, () => void flow.bookAgain(), { primary: true })}</div>
  </div>`;
}

const title = (text: string) => html`<h2 id="title" part="heading" tabindex="-1">${text}</h2>`;

function when({ flow, language, zone }: View): TemplateResult {
  return html`<p class="when" part="when">
    ${language.dayAndTime(flow.booking?.startTs ?? 0, zone)}
    <br /><span class="muted">${zone.replaceAll('_', ' ')}</span>
  </p>`;
}

function button(
  part: string,
  text: string,
  onClick: () => void,
  { disabled = false, primary = false } = {},
): TemplateResult {
  return html`<button
    type="button"
    class=${primary ? 'primary' : ''}
    part="button ${part}"
    ?disabled=${disabled}
    @click=${onClick}
  >
    ${text}
  </button>`;
}
