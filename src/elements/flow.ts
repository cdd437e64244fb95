/** Where a visitor is on the way to a booking, and every step of it. It draws nothing: see views.ts. */
import { type Booking, type BookingSlot, NettuProblem } from '@nettu/scheduler-sdk';
import { lastOfMonth } from './date-grid.ts';
import { addMonths, dateIn, type IsoDate, monthOf } from './dates.ts';
import type { Language } from './locale.ts';
import type { Bookings, Scheduler, SlotsByDate } from './scheduler.ts';
import { inWords, isLost, type Words } from './words.ts';

/** What the way needs of the element. */
export interface Host {
  readonly scheduler: Scheduler | undefined;
  readonly words: Words;
  readonly language: Language;
  readonly zone: string;
  /** Only these, if named. */
  readonly hostUserIds: readonly string[] | undefined;
  /** Minutes that a slot is held. */
  readonly hold: number;
  requestUpdate(): void;
  /** Answers false where the page prevented what comes next. */
  emit(type: string, detail: object): boolean;
  /** Moves the focus to what a selector finds, once it is drawn. */
  focusOn(selector: string): void;
}

export interface Notice {
  text: string;
  /** Absent where trying again is of no use. */
  retry?: () => Promise<void>;
  /** Whether it may be tried again without being asked for: it changes nothing. */
  harmless?: boolean;
}

/** How far ahead to look for the next date with times. */
const MONTHS_AHEAD = 3;

export class Flow {
  view: 'choose' | 'details' | 'booked' | 'cancelled' = 'choose';
  /** Of the month that is shown: the date that can be tabbed to. */
  cursor: IsoDate = '';
  today: IsoDate = '';
  date: IsoDate | undefined;
  slots: SlotsByDate | undefined;
  chosen: BookingSlot | undefined;
  booking: Booking | undefined;
  /** Choosing a new time for the booking that is there. */
  moving = false;
  /** The booking was moved, and not just made. */
  moved = false;
  /** Asking whether to really cancel. */
  asking = false;
  holdOver = false;
  loading = false;
  working = false;
  notice: Notice | undefined;
  /** For who hears the page. */
  said = '';

  readonly #host: Host;
  #load: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Back to the start: another service, say. */
  reset(): void {
    this.stop();
    Object.assign(this, { view: 'choose', date: undefined, slots: undefined, chosen: undefined });
    Object.assign(this, { booking: undefined, moving: false, asking: false, notice: undefined, cursor: '' });
  }

  stop(): void {
    this.#load?.abort();
    clearTimeout(this.#timer);
  }

  /** Gets the slots of the month that is shown, and selects its first date with slots where none is selected. */
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
      if (this.notice?.harmless) this.notice = undefined;
      this.#say(first ? this.#timesSaid() : words.noTimesIn(language.month(this.cursor)));
    } catch (error) {
      this.notice = { text: inWords(error, words), retry: () => this.load(select), harmless: true };
    }
    this.#end();
  }

  /** Shows the first month ahead that has slots. */
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
        this.#say(this.#timesSaid());
        this.#host.focusOn(`[data-date="${first}"]`);
        return this.#end();
      }
      this.notice = { text: this.#host.words.noneAhead };
    } catch (error) {
      this.notice = { text: inWords(error, this.#host.words), retry: () => this.next(), harmless: true };
    }
    this.#end();
  }

  /** Lets another date be the one to tab to, in another month if need be. */
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
    this.#say(this.#timesSaid());
  }

  /** Tells the page of the slot; with a token, holds it, or moves the booking there. */
  async choose(slot: BookingSlot): Promise<void> {
    const { scheduler, words, language, zone, hostUserIds, hold } = this.#host;
    if (this.working) return;
    this.chosen = slot;
    const goesOn = this.#host.emit('slot-selected', { ...slot, timezone: zone });
    const bookings = scheduler?.bookings;
    if (!goesOn || !bookings) {
      this.notice = undefined;
      return this.#say(words.chosen(language.dayAndTime(slot.start, zone)));
    }
    const { booking } = this;
    await this.#attempt(async () => {
      if (this.moving && booking) {
        this.booking = await bookings.move(booking.id, slot.start);
        return this.#arrive(true);
      }
      this.booking = await bookings.hold(slot.start, hostUserIds, hold);
      this.view = 'details';
      this.#watch(this.booking);
      this.#host.focusOn('#title');
    });
  }

  async confirm(metadata: Record<string, string>): Promise<void> {
    await this.#withBooking(async (bookings, { id }) => {
      this.booking = await bookings.confirm(id, metadata);
      this.#arrive(false);
    });
  }

  /** Gives the held slot back. Where that fails the hold ends by itself. */
  async giveBack(): Promise<void> {
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
    Object.assign(this, { view: 'choose', moving: true, asking: false, chosen: undefined, slots: undefined });
    this.#host.focusOn('#moving');
    await this.load();
  }

  keep(): void {
    Object.assign(this, { view: 'booked', moving: false, asking: false, notice: undefined });
    this.#host.focusOn('#title');
    this.#host.requestUpdate();
  }

  askToCancel(): void {
    this.asking = true;
    this.#host.focusOn('#sure');
    this.#host.requestUpdate();
  }

  async cancel(): Promise<void> {
    await this.#withBooking(async (bookings, { id }) => {
      this.booking = await bookings.cancel(id);
      Object.assign(this, { view: 'cancelled', asking: false });
      this.#host.emit('booking-cancelled', { booking: this.booking });
      this.#host.focusOn('#title');
    });
  }

  async again(): Promise<void> {
    this.reset();
    this.#host.focusOn('#times');
    await this.load();
  }

  /** The slot is lost to somebody else: says so, and shows what is left. */
  lose(text: string): void {
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

  /** Undefined where something newer is asked for by now, or the element is gone. */
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

  #arrive(moved: boolean): void {
    clearTimeout(this.#timer);
    Object.assign(this, { view: 'booked', moved, moving: false, chosen: undefined, slots: undefined });
    this.#host.emit(moved ? 'booking-moved' : 'booking-confirmed', { booking: this.booking });
    this.#host.focusOn('#title');
  }

  /** One step at a time: what goes wrong is told, with the way to try it again. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.notice = undefined;
    this.#host.requestUpdate();
    try {
      await step();
    } catch (error) {
      const text = inWords(error, this.#host.words);
      if (isLost(error)) {
        if (error instanceof NettuProblem && error.code === 'booking-cancelled') this.moving = false;
        this.lose(text);
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

  /** Says when the hold is over; until then the form says how long it lasts. */
  #watch({ expiresAt }: Booking): void {
    this.holdOver = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.holdOver = true;
        this.#say(this.#host.words.holdOver);
      },
      (expiresAt ?? 0) - Date.now(),
    );
  }

  #timesSaid(): string {
    const { words, language } = this.#host;
    const { date } = this;
    if (!date) return '';
    const count = this.slots?.get(date)?.length ?? 0;
    const day = language.day(date);
    return count ? `${words.timesOn(day)}: ${words.times(count)}` : words.noTimesOn(day);
  }

  #say(text: string): void {
    this.said = text;
    this.#host.requestUpdate();
  }
}
