/** `<nettu-booking>`: books a service of the Nettu scheduler on any page. */
import type { Token } from '@nettu/scheduler-sdk';
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { Flow } from './flow.ts';
import { type Language, languageOf } from './locale.ts';
import { type Scheduler, schedulerAt } from './scheduler.ts';
import { styles } from './styles.ts';
import { noticeView, stepView, type View } from './views.ts';
import { english, type Words } from './words.ts';

const MINUTE_MS = 60_000;
/** The shortest and the longest interval that the scheduler accepts. */
const [INTERVAL_MIN_MINUTES, INTERVAL_MAX_MINUTES] = [5, 120];

/**
 * A date picker, the times of a date, and the steps from a time to a booking.
 *
 * @fires slot-selected `{ start, duration, userIds, timezone }`. `preventDefault()` keeps the element from booking.
 * @fires booking-confirmed, booking-moved, booking-cancelled `{ booking }`
 */
export class NettuBooking extends LitElement implements View {
  static override styles = styles;

  static override properties = {
    account: {},
    service: {},
    duration: { type: Number },
    interval: { type: Number },
    baseUrl: { attribute: 'base-url' },
    timezone: {},
    locale: {},
    hosts: {},
    hold: { type: Number },
    token: { attribute: false },
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
  /** The time zone of the times that the element shows; by default that of the browser. */
  declare timezone: string | undefined;
  /** A BCP 47 tag; by default the `lang` around the element, or else the language of the browser. */
  declare locale: string | undefined;
  /** Restricts the hosts of the service: user ids, separated by commas. */
  declare hosts: string | undefined;
  /** How many **minutes** the element holds a time while a person fills in the details, 1 … 60; by default 10. */
  declare hold: number;
  /** The token of the user who books, or a function that returns one. With a token, the element books by itself. */
  declare token: Token | undefined;
  /** The texts of the element; English by default. */
  declare words: Words;

  readonly flow = new Flow(this);
  scheduler: Scheduler | undefined;
  language: Language = languageOf('en');

  constructor() {
    super();
    this.hold = 10;
    this.words = english;
  }

  /** Loads the slots again. */
  async refresh(): Promise<void> {
    await this.flow.load();
  }

  /** For a page that books through its backend: shows that somebody else took the slot, and loads the slots again. */
  taken(): void {
    this.flow.loseSlot(this.words.taken);
  }

  get hostUserIds(): readonly string[] | undefined {
    return this.hosts ? this.hosts.split(',') : undefined;
  }

  get zone(): string {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!this.timezone) return own;
    try {
      return Intl.DateTimeFormat('en', { timeZone: this.timezone }) && this.timezone;
    } catch {
      return own;
    }
  }

  get zones(): readonly string[] {
    return [...new Set([this.zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
  }

  get hasFields(): boolean {
    return this.querySelector('[slot=fields]') !== null;
  }

  setZone(zone: string): void {
    this.timezone = zone;
  }

  details(form: HTMLFormElement): Record<string, string> | undefined {
    const controls = [
      ...this.querySelectorAll<HTMLInputElement>('[slot=fields][name], [slot=fields] [name]'),
    ];
    if (!controls.every((control) => control.reportValidity())) return undefined;
    const ownFields = controls.map(({ name, value }) => [name, value]);
    const entries = this.hasFields ? ownFields : [...new FormData(form)];
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  emit(type: string, detail: object): boolean {
    return this.dispatchEvent(
      new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }

  focusOn(selector: string): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('online', this.#online);
    if (this.hasUpdated) void this.flow.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.#online);
    this.flow.stop();
  }

  readonly #online = () => {
    const { notice } = this.flow;
    if (notice?.reads) void notice.retry?.();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('locale') || !this.hasUpdated) {
      const inherited = this.closest<HTMLElement>('[lang]')?.lang;
      this.language = languageOf(this.locale || inherited || navigator.language);
    }
    const source = (['account', 'service', 'duration', 'interval', 'baseUrl'] as const).some((name) =>
      changed.has(name),
    );
    if (source || changed.has('token')) this.#connect();
    if (source) this.flow.reset();
    if (source || changed.has('token') || changed.has('timezone') || changed.has('hosts'))
      void this.flow.load();
  }

  #connect(): void {
    const { account, service, baseUrl, token, duration, interval } = this;
    this.scheduler = undefined;
    if (!account || !service || !(duration > 0 && duration <= 24 * 60)) return;
    const step = interval ?? Math.min(Math.max(duration, INTERVAL_MIN_MINUTES), INTERVAL_MAX_MINUTES);
    const times = { durationMs: duration * MINUTE_MS, intervalMs: step * MINUTE_MS };
    this.scheduler = schedulerAt({ account, service, baseUrl, token, ...times });
  }

  protected override render(): TemplateResult {
    if (!this.scheduler)
      return html`<p>&lt;nettu-booking&gt; needs <code>account</code>, <code>service</code> and <code>duration</code> (minutes).</p>`;
    const { locale, direction } = this.language;
    return html`<div lang=${locale} dir=${direction} part="root">
      ${noticeView(this)} ${stepView(this)}
      <div class="status" role="status">${this.flow.announcement}</div>
    </div>`;
  }
}
