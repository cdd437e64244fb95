/** The view of the choice of a time, and of the notices. booking-views.ts has the other steps. */
import type { BookingSlot } from '@nettu/scheduler-sdk';
import { html, nothing, type TemplateResult } from 'lit';
import {
  type BookingView,
  bookedView,
  button,
  cancelledView,
  detailsView,
  moveView,
  waitingView,
} from './booking-views.ts';
import { dateGrid } from './date-grid.ts';
import { dayPartOf } from './dates.ts';
import type { ZonePicker } from './zone-picker.ts';

/** The part of the element that the views use. */
export interface View extends BookingView {
  readonly zonePicker: ZonePicker;
  hours: 12 | 24 | undefined;
}

export function noticeView({ flow, words }: View): TemplateResult | typeof nothing {
  const { notices, working } = flow;
  if (!notices.notice) return nothing;
  const { text, retry } = notices.notice;
  return html`<div class="notice ${retry ? 'error' : ''}" part="notice" id="notice" tabindex="-1" role="alert">
    <p>${text}</p>
    ${retry ? button('retry', words.retry, () => void retry(), { disabled: working }) : nothing}
  </div>`;
}

const STEPS = {
  waiting: waitingView,
  details: detailsView,
  move: moveView,
  booked: bookedView,
  cancelled: cancelledView,
};

export const stepView = (view: View): TemplateResult =>
  view.flow.view === 'choose' ? chooseView(view) : STEPS[view.flow.view](view);

function chooseView(view: View): TemplateResult {
  const { flow, words, language, zone } = view;
  const { moving, booking, choice } = flow;
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
          today: choice.today,
          cursor: choice.cursor,
          selected: choice.date,
          slots: choice.slots,
          loading: choice.loading,
          onMove: (date, focus) => choice.show(date, focus),
          onSelect: (date) => choice.selectDate(date),
        })}
        <div class="settings">
          ${view.zonePicker.view()}
          ${button('hours', language.hour12 ? words.clock24 : words.clock12, () => {
            view.hours = language.hour12 ? 24 : 12;
          })}
        </div>
      </div>
      ${timesView(view)}
    </div>
  `;
}

/** Enough bars for a common day. */
const SKELETONS = Array.from({ length: 8 });

function timesView(view: View): TemplateResult {
  const { flow, words, language, zone } = view;
  const { date, slots, loading, cursor } = flow.choice;
  const times = (date && slots?.get(date)) || [];
  const heading = () => {
    if (date && times.length) return language.day(date);
    if (loading && !slots) return words.loading;
    if (date) return words.noTimesOn(language.day(date));
    return slots && !slots.size ? words.noTimesIn(language.month(cursor)) : words.chooseDate;
  };
  const parts = (['morning', 'afternoon', 'evening'] as const)
    .map((name) => ({ name, times: times.filter(({ start }) => dayPartOf(start, zone) === name) }))
    .filter((part) => part.times.length);
  return html`<div class="times" part="times" aria-busy=${loading}>
    <h3 id="times" part="heading" tabindex="-1">${heading()}</h3>
    ${
      loading && !slots
        ? html`<ul aria-hidden="true">${SKELETONS.map(() => html`<li class="skeleton" part="skeleton"></li>`)}</ul>`
        : nothing
    }
    <div class="scroll">
      ${parts.map((part) => {
        const [only, id] = [parts.length === 1, part.name];
        return html`${only ? nothing : html`<h4 id=${id}>${words[id]}</h4>`}
          <ul aria-labelledby=${only ? 'times' : id}>${part.times.map((slot) => slotView(view, slot, times))}</ul>`;
      })}
    </div>
    ${slots && !slots.size && !loading ? button('next-times', words.nextTimes, () => void flow.choice.next()) : nothing}
  </div>`;
}

function slotView(
  { flow, language, zone }: View,
  slot: BookingSlot,
  times: readonly BookingSlot[],
): TemplateResult {
  const text = language.time(slot.start, zone);
  // When the clock goes back, one hour of local times occurs twice.
  const twice = times.filter(({ start }) => language.time(start, zone) === text).length > 1;
  return html`<li>
    <button
      type="button"
      part="slot"
      data-start=${slot.start}
      aria-pressed=${slot.start === flow.choice.chosen?.start}
      ?disabled=${flow.working}
      @click=${() => flow.choose(slot)}
    >
      ${twice ? language.time(slot.start, zone, true) : text}
    </button>
  </li>`;
}
