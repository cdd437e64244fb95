/** The views of a booking: its details, the confirmation, and what a person can change about it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Appointment, Flow, Host } from './flow.ts';
import { icsOf } from './ics.ts';
import { zoneText } from './zones.ts';

/** The part of the element that these views use. */
export interface BookingView extends Host {
  readonly flow: Flow;
  /** Those of the fields `name`, `email` and `note` that the form shows. */
  readonly ownFields: readonly string[];
  readonly serviceName: string | undefined;
  /** By user id. */
  readonly hostNames: Record<string, string> | undefined;
  /** The details in the form; undefined while a required one is missing. */
  details(form: HTMLFormElement): Record<string, string> | undefined;
}

/** The page books the chosen time. */
export function waitingView(view: BookingView): TemplateResult {
  const { flow, words } = view;
  const { start = 0, duration = 0 } = flow.choice.chosen ?? {};
  return html`<div class="panel" part="waiting">
    ${title(words.chosen)} ${when(view, start, duration)}
    <div class="actions">${button('back', words.back, () => void flow.back())}</div>
  </div>`;
}

export function detailsView(view: BookingView): TemplateResult {
  const { flow, words, language } = view;
  const { startTs = 0, duration = 0 } = flow.booking ?? {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const details = view.details(event.target as HTMLFormElement);
    if (details) void flow.confirm(details);
  };
  return html`<div class="panel" part="details">
    ${title(words.details)} ${when(view, startTs, duration)}
    <p class="muted" part="hold">
      ${flow.heldForMs ? words.heldFor(language.countdown(flow.heldForMs)) : words.holdOver}
    </p>
    <form part="form" @submit=${submit}>
      ${view.ownFields.map((name) => fieldView(view, name))}
      <slot name="fields" @slotchange=${() => view.requestUpdate()}></slot>
      <div class="actions">
        <button class="primary" part="button confirm" ?disabled=${flow.working}>${words.confirm}</button>
        ${button('back', words.back, () => void flow.back(), { disabled: flow.working })}
      </div>
    </form>
  </div>`;
}

function fieldView({ words }: BookingView, name: string): TemplateResult | typeof nothing {
  if (name === 'note')
    return html`<label>${words.note}<textarea part="input" name=${name} rows="3" maxlength="2000"></textarea></label>`;
  if (name !== 'name' && name !== 'email') return nothing;
  const type = name === 'email' ? name : 'text';
  return html`<label>
    ${words[name]}<input part="input" name=${name} type=${type} autocomplete=${name} maxlength="254" required
  /></label>`;
}

/** The person confirms that the booking moves from one time to another. */
export function moveView(view: BookingView): TemplateResult {
  const { flow, words, language, zone } = view;
  const { startTs = 0, duration = 0 } = flow.booking ?? {};
  const { start = 0 } = flow.choice.chosen ?? {};
  const time = (ms: number) => language.dayAndTimes(ms, ms + duration, zone);
  const disabled = flow.working;
  return html`<div class="panel" part="move-question">
    ${title(words.moveSure)}
    <dl>
      <dt>${words.moveFrom}</dt>
      <dd>${time(startTs)}</dd>
      <dt>${words.moveTo}</dt>
      <dd class="when">${time(start)}</dd>
    </dl>
    <p class="muted"><bdi>${zoneText(zone, start)}</bdi></p>
    <div class="actions">
      ${button('move-yes', words.moveYes, () => void flow.move(), { disabled, look: 'primary' })}
      ${button('back', words.back, () => void flow.back(), { disabled })}
      ${button('keep', words.keep, () => flow.keepBooking(), { disabled })}
    </div>
  </div>`;
}

export function bookedView(view: BookingView): TemplateResult {
  const { flow, words, scheduler, bookable } = view;
  const { booking, working: disabled } = flow;
  if (!booking) return html`${nothing}`;
  const changes = scheduler?.bookings && booking.id && booking.startTs > Date.now();
  const again = bookable
    ? button('again', words.again, () => void flow.bookAgain(), { disabled, look: 'plain' })
    : nothing;
  return html`<div class="panel" part="booked">
    ${flow.outcome === 'opened' ? nothing : html`<div class="mark" aria-hidden="true">✓</div>`}
    ${title({ booked: words.booked, moved: words.moved, opened: words.yourBooking }[flow.outcome])}
    ${summary(view, booking)}
    ${
      flow.confirmingCancel
        ? html`<p id="sure" tabindex="-1">${words.cancelSure}</p>
            <div class="actions">
              ${button('cancel-yes', words.cancelYes, () => void flow.cancel(), { disabled, look: 'danger filled' })}
              ${button('keep', words.keep, () => flow.keepBooking(), { disabled })}
            </div>`
        : html`<div class="actions">
            <a
              part="button calendar-file"
              download="booking.ics"
              href="data:text/calendar;charset=utf-8,${encodeURIComponent(fileOf(view, booking))}"
              >${words.calendarFile}</a
            >
            ${changes ? button('move', words.move, () => void flow.startMove(), { disabled }) : nothing}
            ${changes ? button('cancel', words.cancel, () => flow.confirmCancel(), { disabled, look: 'danger' }) : nothing}
            ${again}
          </div>`
    }
  </div>`;
}

export function cancelledView(view: BookingView): TemplateResult {
  const { flow, words, bookable } = view;
  const { startTs = 0, duration = 0 } = flow.booking ?? {};
  return html`<div class="panel" part="cancelled">
    ${title(words.cancelled)}
    ${when(view, startTs, duration)}
    ${
      bookable
        ? html`<div class="actions">${button('again', words.again, () => void flow.bookAgain(), { look: 'primary' })}</div>`
        : nothing
    }
  </div>`;
}

/** The service, the time, the length and the hosts of a booking. */
function summary(view: BookingView, { startTs, duration, hostUserIds }: Appointment): TemplateResult {
  const { words, language, serviceName, hostNames } = view;
  const hosts = hostUserIds.map((id) => hostNames?.[id]).filter((name) => name !== undefined);
  return html`<div part="summary">
    ${serviceName ? html`<p class="when">${serviceName}</p>` : nothing}
    ${when(view, startTs, duration)}
    <dl>
      <dt>${words.length}</dt>
      <dd>${language.length(duration)}</dd>
      ${hosts.length ? html`<dt>${words.host}</dt><dd>${new Intl.ListFormat(language.locale).format(hosts)}</dd>` : nothing}
    </dl>
  </div>`;
}

function fileOf({ serviceName, words }: BookingView, booking: Appointment): string {
  const { id, startTs, duration, created = 0, updated = Date.now() } = booking;
  return icsOf({
    uid: `${id ?? startTs}@nettu-scheduler`,
    startMs: startTs,
    endMs: startTs + duration,
    changedMs: updated,
    sequence: created ? Math.round((updated - created) / 1000) : 0,
    summary: serviceName ?? words.yourBooking,
  });
}

const title = (text: string) => html`<h2 id="title" part="heading" tabindex="-1">${text}</h2>`;

/** The day, the start and the end of a booking, and the zone of the times. */
function when({ language, zone }: BookingView, startTs: number, duration: number): TemplateResult {
  return html`<p class="when" part="when">
    ${language.dayAndTimes(startTs, startTs + duration, zone)}
    <br /><bdi class="muted">${zoneText(zone, startTs)}</bdi>
  </p>`;
}

/** @param look `primary`, `danger`, `danger filled` or `plain`. */
export function button(
  part: string,
  text: string,
  onClick: () => void,
  { disabled = false, look = '' } = {},
): TemplateResult {
  return html`<button type="button" class=${look} part="button ${part}" ?disabled=${disabled} @click=${onClick}>
    ${text}
  </button>`;
}
