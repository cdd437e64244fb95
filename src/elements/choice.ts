/** The dates and times that a person chooses from: the month in view, and the slots of each date. */
import type { BookingSlot } from '@nettu/scheduler-sdk';
import { addMonths, dateIn, firstOfMonth, type IsoDate, lastOfMonth, later, monthOf } from './dates.ts';
import type { Language } from './locale.ts';
import type { Notices, Speaker } from './notices.ts';
import type { Bookable, Scheduler, SlotsByDate } from './scheduler.ts';

/** The part of the element that the choice uses. */
export interface Chooser extends Speaker {
  readonly scheduler: Scheduler | undefined;
  /** Undefined where the page has not said what to book. */
  readonly bookable: Bookable | undefined;
  readonly language: Language;
  readonly zone: string;
}

/** How many months one request searches for the next date with slots; the scheduler answers at most 101 dates. */
const MONTHS_A_SEARCH = 3;
/** How many searches one click makes: a year. */
const SEARCHES_A_CLICK = 4;

export class Choice {
  /** The date of the grid that Tab focuses. The grid shows its month. */
  cursor: IsoDate = '';
  today: IsoDate = '';
  date: IsoDate | undefined;
  slots: SlotsByDate | undefined;
  chosen: BookingSlot | undefined;
  loading = false;
  /** What the person moves, in place of what the page offers. */
  moving: Partial<Bookable> | undefined;

  readonly #chooser: Chooser;
  readonly #notices: Notices;
  #request: AbortController | undefined;
  /** Whether the first slots are still to be found. */
  #begins = true;

  constructor(chooser: Chooser, notices: Notices) {
    this.#chooser = chooser;
    this.#notices = notices;
  }

  /** Returns to the start. */
  reset(): void {
    this.stop();
    this.#begins = true;
    this.cursor = this.today = dateIn(this.#chooser.zone, Date.now());
    Object.assign(this, { date: undefined, slots: undefined, chosen: undefined, moving: undefined });
  }

  stop(): void {
    this.#request?.abort();
  }

  /** Begins again where today has ended. */
  tick(): void {
    if (!this.slots || dateIn(this.#chooser.zone, Date.now()) === this.today) return;
    if (this.date === this.today) this.date = undefined;
    void this.load(false);
  }

  /**
   * Loads the slots of the month in view. The first time, it goes to the month with the next slot.
   *
   * @param select whether to select the first date with slots where no date is selected.
   */
  async load(select = true): Promise<void> {
    const { words, language } = this.#chooser;
    await this.#read(
      async (signal) => {
        let slots = await this.#slotsOf(signal, this.cursor, lastOfMonth(this.cursor));
        const next = this.#begins && !slots.size ? await this.#search(signal) : undefined;
        if (next) {
          this.cursor = next;
          slots = await this.#slotsOf(signal, next, lastOfMonth(next));
        }
        this.#begins = false;
        this.slots = slots;
        const [first] = slots.keys();
        if (select && !this.date && first) this.date = this.cursor = first;
        if (this.#notices.notice?.reads) this.#notices.show(undefined);
        this.#notices.announce(first ? this.#timesText() : words.noTimesIn(language.month(this.cursor)));
      },
      () => this.load(select),
    );
  }

  /** Shows the next month that has slots. Without any for a year, the next call searches the year after it. */
  async next(): Promise<void> {
    const { words, language } = this.#chooser;
    this.#notices.show(undefined);
    await this.#read(
      async (signal) => {
        for (let search = 0; search < SEARCHES_A_CLICK; search++) {
          const first = await this.#search(signal);
          if (first) {
            const slots = await this.#slotsOf(signal, first, lastOfMonth(first));
            Object.assign(this, { slots, date: first, cursor: first });
            this.#notices.announce(this.#timesText());
            return this.#chooser.focusOn(`[data-date="${first}"]`);
          }
          this.cursor = addMonths(firstOfMonth(this.cursor), MONTHS_A_SEARCH);
          Object.assign(this, { slots: new Map(), date: undefined });
        }
        this.#notices.show({ text: words.noTimesUntil(language.month(this.cursor)) });
      },
      () => this.next(),
    );
  }

  /** Moves the cursor to a date, and loads its month where that is another one. */
  show(date: IsoDate, focus: boolean): void {
    const other = monthOf(date) !== monthOf(this.cursor);
    this.cursor = date;
    if (focus) this.#chooser.focusOn(`[data-date="${date}"]`);
    if (other) {
      this.#notices.show(undefined);
      Object.assign(this, { slots: undefined, date: undefined, chosen: undefined });
      void this.load(!focus);
    }
    this.#chooser.requestUpdate();
  }

  selectDate(date: IsoDate): void {
    this.#notices.show(undefined);
    this.cursor = this.date = date;
    this.chosen = undefined;
    this.#notices.announce(this.#timesText());
  }

  /** The first date with slots in the months after that of the cursor. */
  async #search(signal: AbortSignal): Promise<IsoDate | undefined> {
    const first = addMonths(firstOfMonth(this.cursor), 1);
    const slots = await this.#slotsOf(signal, first, lastOfMonth(addMonths(first, MONTHS_A_SEARCH - 1)));
    return [...slots.keys()][0];
  }

  /** Runs one reading at a time: a newer one ends the one before. A failure becomes a notice with a retry. */
  async #read(reading: (signal: AbortSignal) => Promise<void>, retry: () => Promise<void>): Promise<void> {
    const chooser = this.#chooser;
    if (!chooser.scheduler || !(chooser.bookable || this.moving)) return;
    this.today = dateIn(chooser.zone, Date.now());
    this.cursor = later(this.cursor, this.today);
    this.#request?.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.loading = true;
    chooser.requestUpdate();
    try {
      await reading(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#notices.fail(error as Error, retry, true);
    }
    this.loading = false;
    chooser.requestUpdate();
  }

  async #slotsOf(signal: AbortSignal, from: IsoDate, last: IsoDate): Promise<SlotsByDate> {
    const { scheduler, bookable, zone } = this.#chooser;
    const what = { ...bookable, ...this.moving } as Bookable;
    const first = later(firstOfMonth(from), this.today);
    const slots = await scheduler?.slots(what, first, last, zone, signal);
    signal.throwIfAborted();
    return slots ?? new Map();
  }

  #timesText(): string {
    const { words, language } = this.#chooser;
    const { date } = this;
    if (!date) return '';
    const count = this.slots?.get(date)?.length ?? 0;
    const day = language.day(date);
    return count ? `${words.timesOn(day)}: ${words.times(count)}` : words.noTimesOn(day);
  }
}
