/** `<nettu-booking>`: books a service of the Nettu scheduler on any page. */
import type { Token } from '@nettu/scheduler-sdk';
import { html, LitElement, type PropertyDeclaration, type PropertyValues, type TemplateResult } from 'lit';
import { checkedToken, mistakeIn } from './configuration.ts';
import { english, type Words } from './english.ts';
import type { NettuBookingEvents } from './events.ts';
import { areValid, styleFields, valuesOf } from './fields.ts';
import { type Appointment, Flow } from './flow.ts';
import { type Language, languageOf } from './locale.ts';
import { ConfigurationError, sentenceOf } from './problems.ts';
import { type Bookable, type Scheduler, schedulerAt } from './scheduler.ts';
import { styles } from './styles.ts';
import { noticeView, stepView, type View } from './views.ts';
import { ZonePicker } from './zone-picker.ts';
import { browserZone, zoneNamed } from './zones.ts';

const MINUTE_MS = 60_000;

/** Frameworks set a new function at each render. The element uses the newest one, and connects again only for another kind. */
const token: PropertyDeclaration = {
  attribute: false,
  hasChanged: (now, before) => typeof now !== typeof before || (typeof now !== 'function' && now !== before),
};

/**
 * A date picker, the times of a date, the steps from a time to a booking, and a booking to move or cancel.
 *
 * @fires slot-selected `{ start, duration, userIds, timezone }`. `preventDefault()` keeps the element from booking.
 * @fires booking-confirmed, booking-moved, booking-cancelled `{ booking }`
 * @fires error `{ error, message }`
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface below only adds types to inherited methods.
export class NettuBooking extends LitElement implements View {
  static override styles = styles;

  static override properties = {
    account: {},
    service: {},
    duration: { type: Number },
    interval: { type: Number },
    baseUrl: { attribute: 'base-url' },
    booking: {},
    timezone: {},
    locale: {},
    hours: { type: Number },
    hosts: {},
    hold: { type: Number },
    fields: {},
    serviceName: { attribute: 'service-name' },
    hostNames: { attribute: 'host-names', type: Object },
    token,
    words: { attribute: false },
  };

  /** The account's id. */
  declare account: string;
  /** The service's id. */
  declare service: string;
  /** The length of a booking in **minutes**. */
  declare duration: number;
  /** The interval between two times in **minutes**, 5 … 120, counted from midnight; by default the duration. */
  declare interval: number | undefined;
  /** The base URL of the scheduler; by default the SDK's `config.baseUrl`. */
  declare baseUrl: string | undefined;
  /** The id of a booking to show, which the person can confirm, move or cancel. Needs a token. */
  declare booking: string | undefined;
  /** The time zone of the times that the element shows; by default that of the browser. */
  declare timezone: string | undefined;
  /** A BCP 47 tag; by default the `lang` around the element, or else the language of the browser. */
  declare locale: string | undefined;
  /** 12 or 24, the clock of the times; by default that of the language. */
  declare hours: 12 | 24 | undefined;
  /** Restricts the hosts of the service: user ids, separated by commas. */
  declare hosts: string | undefined;
  /** How many **minutes** the element holds a time while a person fills in the details, 1 … 60; by default 10. */
  declare hold: number;
  /** The fields of the element in the form, of `name`, `email` and `note`; by default all three. */
  declare fields: string;
  /** The name of the service, for the confirmation and the calendar file. */
  declare serviceName: string | undefined;
  /** The names of the hosts by user id, for the confirmation. */
  declare hostNames: Record<string, string> | undefined;
  /** The token of the user who books, or a function that returns one. With a token, the element books by itself. */
  declare token: Token | undefined;
  /** The texts of the element; English by default. */
  declare words: Words;

  readonly flow = new Flow(this);
  readonly zonePicker = new ZonePicker(this);
  scheduler: Scheduler | undefined;
  language: Language = languageOf('en');

  #ticks: ReturnType<typeof setInterval> | undefined;
  /** Whether the element has looked for a booking that this tab keeps. */
  #resumed = false;

  constructor() {
    super();
    this.hold = 10;
    this.fields = 'name email note';
    this.words = english;
  }

  /** Loads the slots again, with a new token. */
  async refresh(): Promise<void> {
    if (this.scheduler) this.#connect();
    if (this.flow.view === 'waiting') await this.flow.back();
    else await this.flow.choice.load();
  }

  /**
   * For a page that books through its backend: shows that the chosen time is booked.
   *
   * @param booking the booking, if the backend has sent it; otherwise the element shows the chosen time.
   */
  booked(booking?: Appointment): void {
    this.flow.booked(booking);
  }

  /**
   * For a page that books through its backend: shows that the chosen time is not booked.
   *
   * @param message the reason, for the person at the page.
   */
  failed(message: string = this.words.failed): void {
    this.flow.failed(message);
  }

  /** For a page that books through its backend: shows that somebody else took the slot, and loads the slots again. */
  taken(): void {
    this.flow.loseSlot(this.words.taken);
  }

  get hostUserIds(): readonly string[] | undefined {
    return this.hosts?.trim() ? this.hosts.split(',').map((id) => id.trim()) : undefined;
  }

  get bookable(): Bookable | undefined {
    const { service, duration, interval, hostUserIds } = this;
    if (!service || !(duration > 0)) return undefined;
    const intervalMs = interval === undefined ? undefined : interval * MINUTE_MS;
    return { service, durationMs: duration * MINUTE_MS, intervalMs, hostUserIds };
  }

  get keptName(): string | undefined {
    return this.booking ? undefined : [this.baseUrl, this.account, this.service].join(' ');
  }

  get zone(): string {
    return zoneNamed(this.timezone) ?? browserZone();
  }

  get ownFields(): readonly string[] {
    const names = this.#slotted().map((control) => control.getAttribute('name'));
    return this.fields.split(/[\s,]+/).filter((name) => !names.includes(name));
  }

  details(form: HTMLFormElement): Record<string, string> | undefined {
    const slotted = this.#slotted();
    if (!areValid(slotted)) return undefined;
    return valuesOf([...form.elements, ...slotted]);
  }

  emit(type: string, detail: object): boolean {
    return this.dispatchEvent(
      new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }

  report(error: Error, message: string): void {
    console.error(`<nettu-booking>: ${sentenceOf(error)}`);
    // It does not bubble, as the platform's own: the page's handler of uncaught errors would hear it.
    this.dispatchEvent(new CustomEvent('error', { detail: { error, message } }));
  }

  focusOn(selector: string): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    styleFields(this.getRootNode());
    addEventListener('online', this.#online);
    this.#ticks = setInterval(() => this.flow.choice.tick(), MINUTE_MS);
    if (this.hasUpdated) this.flow.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.#online);
    clearInterval(this.#ticks);
    this.flow.stop();
  }

  readonly #online = () => {
    const { notice } = this.flow.notices;
    if (notice?.reads) void notice.retry?.();
  };

  /** The page's own fields. */
  #slotted(): Element[] {
    return [...this.querySelectorAll('[slot=fields][name], [slot=fields] [name]')];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const has = (...names: (keyof NettuBooking)[]) => names.some((name) => changed.has(name));
    if (has('locale', 'hours') || !this.hasUpdated) {
      const inherited = this.closest<HTMLElement>('[lang]')?.lang;
      this.language = languageOf(this.locale || inherited || navigator.language, this.hours);
    }
    if (has('timezone') && this.timezone && !zoneNamed(this.timezone))
      this.report(
        new ConfigurationError(`timezone must be an IANA name such as Europe/Oslo, not "${this.timezone}"`),
        '',
      );
    const source = has('account', 'service', 'duration', 'interval', 'baseUrl', 'booking');
    if (source) this.flow.reset();
    if (source || has('token', 'hosts')) this.#begin();
    else if (has('timezone') && this.flow.view === 'choose') void this.flow.choice.load();
  }

  #connect(): void {
    const { account, baseUrl, token } = this;
    this.scheduler = schedulerAt({ account, baseUrl, token: token && checkedToken(() => this.token) });
  }

  #begin(): void {
    const mistake = mistakeIn(this);
    if (mistake) {
      this.scheduler = undefined;
      this.flow.notices.fail(new ConfigurationError(mistake));
      return;
    }
    this.#connect();
    this.flow.notices.show(undefined);
    if (this.booking) return void this.flow.open();
    if (this.flow.view !== 'choose') return;
    if (!this.token || this.#resumed) return void this.flow.choice.load();
    this.#resumed = true;
    void this.flow.resume();
  }

  protected override render(): TemplateResult {
    const { locale, direction } = this.language;
    return html`<div lang=${locale} dir=${direction} part="root">
      ${noticeView(this)} ${this.scheduler ? stepView(this) : ''}
      <div class="status" role="status">${this.flow.notices.announcement}</div>
    </div>`;
  }
}

/** The events, typed, for `addEventListener`. */
export interface NettuBooking {
  addEventListener<T extends keyof NettuBookingEvents>(
    type: T,
    listener: (this: NettuBooking, event: NettuBookingEvents[T]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<T extends keyof NettuBookingEvents>(
    type: T,
    listener: (this: NettuBooking, event: NettuBookingEvents[T]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
