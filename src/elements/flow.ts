/** The state of a booking in the element, and every step that changes it. views.ts draws it. */
import { type Booking, type BookingSlot, NettuProblem } from '@nettu/scheduler-sdk';
import { lastOfMonth } from './date-grid.ts';
import { addMonths, dateIn, type IsoDate, monthOf } from './dates.ts';
import type { Language } from './locale.ts';
import type { Bookings, Scheduler, SlotsByDate } from './scheduler.ts';
import { lostSlot, messageOf, type Words } from './words.ts';

/** The part of the element that the flow uses. */
export interface Host {
  readonly scheduler: Scheduler | undefined;
  readonly words: Words;
  readonly language: Language;
  readonly zone: string;
  /** Restricts the hosts of the service; undefined for all of them. */
  readonly hostUserIds: readonly string[] | undefined;
  /** Minutes. */
  readonly hold: number;
  requestUpdate(): void;
  /** Dispatches an event. Returns false where the page called `preventDefault()`. */
  emit(type: string, detail: object): boolean;
  /** Focuses the element that the selector finds after the next update. */
  focusOn(selector: string): void;
}

export interface Notice {
  text: string;
  /** Absent where a retry does not help. */
  retry?: () => Promise<void>;
  /** Whether the retry only reads, so that the element may retry by itself. */
  reads?: boolean;
}

/** How many months ahead to search for the next date with slots. */
const MONTHS_AHEAD = 3;

export class Flow {
  view: 'choose' | 'details' | 'booked' | 'cancelled' = 'choose';
  /** The date of the grid that Tab focuses. The grid shows its month. */
  cursor: IsoDate = '';
  today: IsoDate = '';
  date: IsoDate | undefined;
  slots: SlotsByDate | undefined;
  chosen: BookingSlot | undefined;
  booking: Booking | undefined;
  /** Whether the person chooses a new time for their booking. */
  moving = false;
  /** Whether the last step moved the booking. */
  moved = false;
  /** Whether the element asks the person to confirm the cancellation. */
  confirmingCancel = false;
  holdOver = false;
  loading = false;
  working = false;
  notice: Notice | undefined;
  /** The text that screen readers announce. */
  announcement = '';

  readonly #host: Host;
  #load: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Returns to the start, for example for another service. */
  reset(): void {
    this.stop();
    Object.assign(this, { view: 'choose', date: undefined, slots: undefined, chosen: undefined });
    Object.assign(this, { booking: undefined, moving: false, confirmingCancel: false });
    Object.assign(this, { notice: undefined, cursor: '' });
  }

  stop(): void {
    this.#load?.abort();
    clearTimeout(this.#timer);
  }

  /**
   * Loads the slots of the month in view.
   *
   * @param select whether to select the first date with slots where no date is selected.
   */
  async load(select = true): Promise<void> {
    const { scheduler, words, language } = this.#host;
    if (!scheduler) return;
    this.#begin();
    try {
      const slots = await this.#slotsOf(this.cursor);
      if (!slots) return;
      this.slots = slots;
      const [first] = slots.keys();
      if (select && !this.date && first) this.date = this.cursor = first;
      if (this.notice?.reads) this.notice = undefined;
      this.#announce(first ? this.#timesText() : words.noTimesIn(language.month(this.cursor)));
    } catch (error) {
      this.notice = { text: messageOf(error, words), retry: () => this.load(select), reads: true };
    }
    this.#end();
  }

  /** Shows the next month that has slots. */
  async next(): Promise<void> {
    this.#begin();
    try {
      let month = this.cursor;
      for (let step = 0; step < MONTHS_AHEAD; step++) {
        month = `${monthOf(addMonths(month, 1))}-01`;
        const slots = await this.#slotsOf(month);
        if (!slots) return;
        const [first] = slots.keys();
        if (!first) continue;
        Object.assign(this, { slots, date: first, cursor: first });
        this.#announce(this.#timesText());
        this.#host.focusOn(`[data-date="${first}"]`);
        return this.#end();
      }
      this.notice = { text: this.#host.words.noneAhead };
    } catch (error) {
      this.notice = { text: messageOf(error, this.#host.words), retry: () => this.next(), reads: true };
    }
    this.#end();
  }

  /** Moves the cursor to a date, and loads its month where that is another one. */
  show(date: IsoDate, focus: boolean): void {
    const other = monthOf(date) !== monthOf(this.cursor);
    this.cursor = date;
    if (focus) this.#host.focusOn(`[data-date="${date}"]`);
    if (other) {
      Object.assign(this, { slots: undefined, date: undefined, chosen: undefined });
      void this.load(!focus);
    }
    this.#host.requestUpdate();
  }

  selectDate(date: IsoDate): void {
    this.cursor = this.date = date;
    this.chosen = undefined;
    this.#announce(this.#timesText());
  }

  /** Dispatches `slot-selected`. With a token, it then holds the slot, or moves the booking to it. */
  async choose(slot: BookingSlot): Promise<void> {
    const { scheduler, words, language, zone, hostUserIds, hold } = this.#host;
    if (this.working) return;
    this.chosen = slot;
    const proceeds = this.#host.emit('slot-selected', { ...slot, timezone: zone });
    const bookings = scheduler?.bookings;
    if (!proceeds || !bookings) {
      this.notice = undefined;
      return this.#announce(words.chosen(language.dayAndTime(slot.start, zone)));
    }
    const { booking } = this;
    await this.#attempt(async () => {
      if (this.moving && booking) {
        this.booking = await bookings.move(booking.id, slot.start);
        return this.#showBooked(true);
      }
      this.booking = await bookings.hold(slot.start, hostUserIds, hold);
      this.view = 'details';
      this.#watchHold(this.booking);
      this.#host.focusOn('#title');
    });
  }

  async confirm(metadata: Record<string, string>): Promise<void> {
    await this.#withBooking(async (bookings, { id }) => {
      this.booking = await bookings.confirm(id, metadata);
      this.#showBooked(false);
    });
  }

  /** Releases the held slot, and returns to the choice. Where the release fails, the hold expires by itself. */
  async releaseHold(): Promise<void> {
    const { booking } = this;
    clearTimeout(this.#timer);
    Object.assign(this, { view: 'choose', booking: undefined, chosen: undefined, notice: undefined });
    this.#host.focusOn('#times');
    if (booking) await this.#host.scheduler?.bookings?.cancel(booking.id).catch(() => undefined);
    await this.load();
  }

  async startMove(): Promise<void> {
    if (!this.booking) return;
    this.date = this.cursor = dateIn(this.#host.zone, this.booking.startTs);
    Object.assign(this, { view: 'choose', moving: true, confirmingCancel: false });
    Object.assign(this, { chosen: undefined, slots: undefined });
    this.#host.focusOn('#moving');
    await this.load();
  }

  /** Leaves the booking as it is, in place of moving or cancelling it. */
  keepBooking(): void {
    Object.assign(this, { view: 'booked', moving: false, confirmingCancel: false, notice: undefined });
    this.#host.focusOn('#title');
    this.#host.requestUpdate();
  }

  confirmCancel(): void {
    this.confirmingCancel = true;
    this.#host.focusOn('#sure');
    this.#host.requestUpdate();
  }

  async cancel(): Promise<void> {
    await this.#withBooking(async (bookings, { id }) => {
      this.booking = await bookings.cancel(id);
      Object.assign(this, { view: 'cancelled', confirmingCancel: false });
      this.#host.emit('booking-cancelled', { booking: this.booking });
      this.#host.focusOn('#title');
    });
  }

  async bookAgain(): Promise<void> {
    this.reset();
    this.#host.focusOn('#times');
    await this.load();
  }

  /** Shows that somebody else took the slot, and loads the other slots. */
  loseSlot(text: string): void {
    if (!this.moving) this.booking = undefined;
    clearTimeout(this.#timer);
    Object.assign(this, { view: 'choose', chosen: undefined, notice: { text } });
    this.#host.focusOn('#notice');
    void this.load();
  }

  #begin(): void {
    this.today = dateIn(this.#host.zone, Date.now());
    if (this.cursor < this.today) this.cursor = this.today;
    this.#load?.abort();
    this.#load = new AbortController();
    this.loading = true;
    this.#host.requestUpdate();
  }

  #end(): void {
    this.loading = false;
    this.#host.requestUpdate();
  }

  /** The slots of a month; undefined where a newer request has started, or the element has left the page. */
  async #slotsOf(date: IsoDate): Promise<SlotsByDate | undefined> {
    const { scheduler, zone, hostUserIds } = this.#host;
    const signal = this.#load?.signal ?? AbortSignal.abort();
    const first = `${monthOf(date)}-01`;
    const hosts = this.moving ? this.booking?.hostUserIds : hostUserIds;
    try {
      const from = first < this.today ? this.today : first;
      return await scheduler?.slots(from, lastOfMonth(date), zone, hosts, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  #showBooked(moved: boolean): void {
    clearTimeout(this.#timer);
    Object.assign(this, { view: 'booked', moved, moving: false, chosen: undefined, slots: undefined });
    this.#host.emit(moved ? 'booking-moved' : 'booking-confirmed', { booking: this.booking });
    this.#host.focusOn('#title');
  }

  /** Runs one step at a time. A failure becomes a notice with a retry. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.notice = undefined;
    this.#host.requestUpdate();
    try {
      await step();
    } catch (error) {
      const text = messageOf(error, this.#host.words);
      if (lostSlot(error)) {
        if (error instanceof NettuProblem && error.code === 'booking-cancelled') this.moving = false;
        this.loseSlot(text);
      } else {
        this.notice = { text, retry: () => this.#attempt(step) };
        this.#host.focusOn('#notice');
      }
    }
    this.working = false;
    this.#host.requestUpdate();
  }

  async #withBooking(step: (bookings: Bookings, booking: Booking) => Promise<void>): Promise<void> {
    const bookings = this.#host.scheduler?.bookings;
    const { booking } = this;
    if (bookings && booking) await this.#attempt(() => step(bookings, booking));
  }

  /** Announces the end of the hold when it expires. */
  #watchHold({ expiresAt }: Booking): void {
    this.holdOver = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.holdOver = true;
        this.#announce(this.#host.words.holdOver);
      },
      (expiresAt ?? 0) - Date.now(),
    );
  }

  #timesText(): string {
    const { words, language } = this.#host;
    const { date } = this;
    if (!date) return '';
    const count = this.slots?.get(date)?.length ?? 0;
    const day = language.day(date);
    return count ? `${words.timesOn(day)}: ${words.times(count)}` : words.noTimesOn(day);
  }

  #announce(text: string): void {
    this.announcement = text;
    this.#host.requestUpdate();
  }
}
