/** The steps of a booking: hold, details, confirmation, moving, cancelling. views.ts and booking-views.ts draw them. */
import type { Booking, BookingSlot, NettuProblem } from '@nettu/scheduler-sdk';
import { Choice, type Chooser } from './choice.ts';
import { dateIn } from './dates.ts';
import { type ChosenTime, readKept, writeKept } from './kept.ts';
import { Notices } from './notices.ts';
import { lostSlot, messageOf, outcomeUnknown } from './problems.ts';
import type { Bookings } from './scheduler.ts';

/** The part of the element that the flow uses. */
export interface Host extends Chooser {
  /** Minutes. */
  readonly hold: number;
  /** The id of the booking that the page names. */
  readonly booking: string | undefined;
  /** The name under which a reload finds the booking; undefined where the page names the booking. */
  readonly keptName: string | undefined;
  /** Dispatches an event. Returns false where the page called `preventDefault()`. */
  emit(type: string, detail: object): boolean;
}

/** The part of a booking that the element shows. A page that books through its backend may not have the rest. */
export type Appointment = Pick<Booking, 'startTs' | 'duration' | 'hostUserIds'> & Partial<Booking>;

/** When the element says that a hold ends soon. */
const HOLD_ENDS_MS = 60_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

export class Flow {
  view: 'choose' | 'waiting' | 'details' | 'move' | 'booked' | 'cancelled' = 'choose';
  booking: Appointment | undefined;
  /** How the booking came into view. */
  outcome: 'booked' | 'moved' | 'opened' = 'booked';
  /** Whether the person chooses a new time for their booking. */
  moving = false;
  /** Whether the element wants the person to confirm the cancellation. */
  confirmingCancel = false;
  working = false;
  readonly notices: Notices;
  readonly choice: Choice;

  readonly #host: Host;
  #holdEndsMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.notices = new Notices(host);
    this.choice = new Choice(host, this.notices);
  }

  /** How long the hold still lasts, in milliseconds; 0 when it is over. */
  get heldForMs(): number {
    return Math.max(0, this.#holdEndsMs - Date.now());
  }

  /** Returns to the choice of a time, for example for another service. Releases a held slot. */
  reset(): void {
    if (this.view === 'details') void this.#release();
    this.stop();
    this.choice.reset();
    Object.assign(this, { view: 'choose', booking: undefined, moving: false, confirmingCancel: false });
    this.notices.show(undefined);
  }

  stop(): void {
    this.choice.stop();
    clearInterval(this.#timer);
  }

  /** Continues after the element has left the page and come back. */
  start(): void {
    if (this.view === 'choose') void this.choice.load();
    else if (this.view === 'details' && this.booking) this.#watchHold(this.booking);
  }

  /** Opens the booking that this tab keeps, or else loads the times. */
  async resume(): Promise<void> {
    const { scheduler, keptName, bookable } = this.#host;
    const { bookings } = scheduler ?? {};
    const { id, chosen } = (keptName && readKept(keptName)) || {};
    if (bookings && bookable && (id || chosen)) {
      this.choice.loading = true;
      try {
        const booking = id
          ? await bookings.find(id)
          : chosen && (await bookings.hold(bookable.service, chosen));
        const { state, expiresAt } = booking ?? {};
        if (booking && (state === 'confirmed' || (state === 'held' && (expiresAt ?? 0) > Date.now())))
          this.#show(booking, '');
        else this.#keep({});
      } catch (error) {
        // Somebody else's booking, for example. After a failure of the network, a reload tries again.
        if (!outcomeUnknown(error)) this.#keep({});
      }
    }
    if (!this.booking) await this.choice.load();
  }

  /** Shows the booking that the page names, which the person can confirm, move or cancel. */
  async open(): Promise<void> {
    const { scheduler, booking: id = '' } = this.#host;
    this.working = false;
    await this.#attempt(async () => {
      const booking = await scheduler?.bookings?.find(id);
      // The page may have named another one meanwhile.
      if (booking && id === this.#host.booking) this.#show(booking, '');
    });
  }

  /** Dispatches `slot-selected`. With a token, it then holds the slot, or the person confirms that the booking moves to it. */
  async choose(slot: BookingSlot): Promise<void> {
    if (this.working || this.view !== 'choose') return;
    const { words, language, zone, scheduler, bookable, hold } = this.#host;
    this.notices.show(undefined);
    this.choice.chosen = slot;
    // Until the page says what became of the time, it cannot be chosen again.
    this.view = 'waiting';
    const proceeds = this.#host.emit('slot-selected', { ...slot, timezone: zone });
    if (this.view !== 'waiting') return;
    const { bookings } = scheduler ?? {};
    if (!proceeds || !bookings) {
      this.notices.announce(`${words.chosen}: ${language.dayAndTime(slot.start, zone)}`);
      return this.#host.focusOn('#title');
    }
    this.view = 'choose';
    if (this.moving) return this.#to('move');
    if (!bookable) return;
    const { hostUserIds, durationMs } = bookable;
    const chosen = this.#keyed({ start: slot.start, hostUserIds, hold, durationMs });
    await this.#attempt(async () => {
      this.#keep({ chosen });
      try {
        this.#show(await bookings.hold(bookable.service, chosen));
      } catch (error) {
        if (!outcomeUnknown(error)) this.#keep({});
        throw error;
      }
    });
  }

  /** The page has booked the chosen time. */
  booked(booking: Appointment | undefined): void {
    const { chosen } = this.choice;
    const { hostUserIds } = this.booking ?? {};
    if (booking) this.booking = booking;
    else if (chosen) {
      const { start: startTs, duration, userIds } = chosen;
      // With several free hosts, only the scheduler knows which of them has the booking.
      this.booking = { startTs, duration, hostUserIds: hostUserIds ?? (userIds[1] ? [] : [...userIds]) };
    }
    if (this.booking) this.#showBooked(this.moving ? 'moved' : 'booked');
  }

  /** The page could not book the chosen time. */
  failed(text: string): void {
    this.#backToChoice();
    this.notices.show({ text });
    this.#host.focusOn('#notice');
  }

  async confirm(metadata: Record<string, string>): Promise<void> {
    await this.#withBooking(async (bookings, id) => {
      this.booking = await bookings.confirm(id, metadata);
      this.#host.emit('booking-confirmed', { booking: this.booking });
      this.#showBooked('booked');
    });
  }

  /** Returns to the choice of a time, and releases a held slot. Where that fails, the hold expires by itself. */
  async back(): Promise<void> {
    const released = this.view === 'details' ? this.#release() : undefined;
    this.#backToChoice();
    this.notices.show(undefined);
    this.#host.focusOn('#times');
    await released;
    await this.choice.load();
  }

  async startMove(): Promise<void> {
    const { booking, choice } = this;
    if (!booking) return;
    const { serviceId, duration: durationMs, hostUserIds, startTs } = booking;
    choice.reset();
    choice.date = choice.cursor = dateIn(this.#host.zone, startTs);
    choice.moving = { ...(serviceId && { service: serviceId }), durationMs, hostUserIds };
    Object.assign(this, { moving: true, confirmingCancel: false });
    this.#to('choose', '#moving');
    await choice.load();
  }

  async move(): Promise<void> {
    const { chosen } = this.choice;
    await this.#withBooking(async (bookings, id) => {
      if (!chosen) return;
      this.booking = await bookings.move(id, chosen.start);
      this.#host.emit('booking-moved', { booking: this.booking });
      this.#showBooked('moved');
    });
  }

  /** Leaves the booking as it is, in place of moving or cancelling it. */
  keepBooking(): void {
    Object.assign(this, { moving: false, confirmingCancel: false });
    this.choice.reset();
    this.notices.show(undefined);
    this.#to('booked');
  }

  confirmCancel(): void {
    this.confirmingCancel = true;
    this.#to('booked', '#sure');
  }

  async cancel(): Promise<void> {
    await this.#withBooking(async (bookings, id) => {
      this.booking = await bookings.cancel(id);
      this.confirmingCancel = false;
      this.#keep({});
      this.#host.emit('booking-cancelled', { booking: this.booking });
      this.#to('cancelled');
    });
  }

  async bookAgain(): Promise<void> {
    this.#keep({});
    this.reset();
    this.#host.focusOn('#times');
    await this.choice.load();
  }

  /** Shows that somebody else took the slot, and loads the other slots. */
  loseSlot(text: string): void {
    this.#backToChoice();
    this.notices.show({ text });
    this.#host.focusOn('#notice');
    void this.choice.load();
  }

  /** @param focus a selector; empty where the person has not done anything yet, so that the page keeps its focus. */
  #to(view: Flow['view'], focus = '#title'): void {
    this.view = view;
    this.#host.requestUpdate();
    if (focus) this.#host.focusOn(focus);
  }

  /** Shows a booking as its state is. */
  #show(booking: Booking, focus?: string): void {
    this.booking = booking;
    this.#keep({ id: booking.id });
    if (booking.state === 'confirmed') this.#showBooked('opened', focus);
    else if (booking.state === 'cancelled') this.#to('cancelled', focus);
    else {
      this.#watchHold(booking);
      this.#to('details', focus);
    }
  }

  #showBooked(outcome: Flow['outcome'], focus?: string): void {
    clearInterval(this.#timer);
    this.choice.reset();
    Object.assign(this, { outcome, moving: false });
    this.notices.show(undefined);
    this.#to('booked', focus);
  }

  #forget(): void {
    this.#keep({});
    this.moving = false;
    this.choice.moving = undefined;
  }

  #backToChoice(): void {
    clearInterval(this.#timer);
    if (!this.moving) this.booking = undefined;
    this.choice.chosen = undefined;
    this.view = 'choose';
  }

  /** Cancels a held booking. */
  async #release(): Promise<void> {
    const { id } = this.booking ?? {};
    this.#keep({});
    if (id) await this.#host.scheduler?.bookings?.cancel(id).catch(() => undefined);
  }

  /** Runs one step at a time. A failure becomes a notice with a retry. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.notices.show(undefined);
    try {
      await step();
    } catch (error) {
      if (lostSlot(error)) {
        // Somebody has cancelled the booking meanwhile: there is nothing to move or confirm.
        if ((error as NettuProblem).code === 'booking-cancelled') this.#forget();
        this.loseSlot(messageOf(error, this.#host.words));
      } else {
        this.notices.fail(error as Error, () => this.#attempt(step));
        this.#host.focusOn('#notice');
      }
    }
    this.working = false;
    this.#host.requestUpdate();
  }

  async #withBooking(step: (bookings: Bookings, id: string) => Promise<void>): Promise<void> {
    const { bookings } = this.#host.scheduler ?? {};
    const { id } = this.booking ?? {};
    if (bookings && id) await this.#attempt(() => step(bookings, id));
  }

  /** The choice with its key: the one that it already has while its outcome is unknown. */
  #keyed(chosen: Omit<ChosenTime, 'key'>): ChosenTime {
    const { keptName } = this.#host;
    const { key = '', ...kept } = (keptName && readKept(keptName).chosen) || {};
    if (key && JSON.stringify(kept) === JSON.stringify(chosen)) return { key, ...chosen };
    // Pages over plain HTTP have no `randomUUID`.
    return { key: [...crypto.getRandomValues(new Uint32Array(4))].join('-'), ...chosen };
  }

  #keep(kept: Parameters<typeof writeKept>[1]): void {
    const { keptName } = this.#host;
    if (keptName) writeKept(keptName, kept);
  }

  /** Counts the hold down. The clock of the browser may be wrong, so it lasts no longer than the page says. */
  #watchHold({ expiresAt }: Appointment): void {
    const { words } = this.#host;
    this.#holdEndsMs = Math.min(expiresAt ?? 0, Date.now() + this.#host.hold * MINUTE_MS);
    let left = this.heldForMs;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const before = left;
      left = this.heldForMs;
      if (before > HOLD_ENDS_MS && left <= HOLD_ENDS_MS) this.notices.announce(words.holdEnds);
      if (!left) {
        clearInterval(this.#timer);
        this.notices.announce(words.holdOver);
      }
      this.#host.requestUpdate();
    }, SECOND_MS);
  }
}
