/** `<nettu-booking>`: books a service of the Nettu scheduler in any page. */
import type { Token } from '@nettu/scheduler-sdk';
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { Flow } from './flow.ts';
import { type Language, languageOf } from './locale.ts';
import { type Scheduler, schedulerAt } from './scheduler.ts';
import { styles } from './styles.ts';
import { noticeView, stepView, type View } from './views.ts';
import { english, type Words } from './words.ts';

const MINUTE = 60_000;
/** Minutes: the shortest and the longest step of the scheduler's grid. */
const [SHORTEST, LONGEST] = [5, 120];

/**
 * A date picker, the times of a date, and the way from there to a booking.
 *
 * @fires slot-selected `{ start, duration, userIds, timezone }`: prevent it, and the element goes no further.
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
  /** **Minutes** that a booking takes. */
  declare duration: number;
  /** **Minutes** between the times that are offered, 5 … 120; by default as long as a booking takes. */
  declare interval: number | undefined;
  /** Where the scheduler is; by default the SDK's `config.baseUrl`. */
  declare baseUrl: string | undefined;
  /** The zone in which times are shown; by default the visitor's. */
  declare timezone: string | undefined;
  /** A BCP 47 tag; by default the language of the page around it, or else the browser's. */
  declare locale: string | undefined;
  /** Only these of the service's hosts: user ids, with commas between them. */
  declare hosts: string | undefined;
  /** **Minutes** that a time is held while the details are filled in, 1 … 60; by default 10. */
  declare hold: number;
  /** The visitor's token, or a function that gets one. With it the element books by itself. */
  declare token: Token | undefined;
  /** What it says, in place of English. */
  declare words: Words;

  readonly flow = new Flow(this);
  scheduler: Scheduler | undefined;
  language: Language = languageOf('en');

  constructor() {
    super();
    this.hold = 10;
    this.words = english;
  }

  /** Asks for the slots again. */
  async refresh(): Promise<void> {
    await this.flow.load();
  }

  /** For a page that books by itself: says that somebody else was faster, and asks for the slots again. */
  taken(): void {
    this.flow.lose(this.words.taken);
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
    const given = [...this.querySelectorAll<HTMLInputElement>('[slot=fields][name], [slot=fields] [name]')];
    if (!given.every((control) => control.reportValidity())) return undefined;
    const named = given.map(({ name, value }) => [name, value]);
    const entries = this.hasFields ? named : [...new FormData(form)];
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
    if (notice?.harmless) void notice.retry?.();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('locale') || !this.hasUpdated) {
      const around = this.closest<HTMLElement>('[lang]')?.lang;
      this.language = languageOf(this.locale || around || navigator.language);
    }
    const place = (['account', 'service', 'duration', 'interval', 'baseUrl'] as const).some((name) =>
      changed.has(name),
    );
    if (place || changed.has('token')) this.#connect();
    if (place) this.flow.reset();
    if (place || changed.has('token') || changed.has('timezone') || changed.has('hosts'))
      void this.flow.load();
  }

  #connect(): void {
    const { account, service, baseUrl, token, duration, interval } = this;
    this.scheduler = undefined;
    if (!account || !service || !(duration > 0 && duration <= 24 * 60)) return;
    const step = interval ?? Math.min(Math.max(duration, SHORTEST), LONGEST);
    const times = { duration: duration * MINUTE, interval: step * MINUTE };
    this.scheduler = schedulerAt({ account, service, baseUrl, token, ...times });
  }

  protected override render(): TemplateResult {
    if (!this.scheduler)
      return html`<p>&lt;nettu-booking&gt; needs <code>account</code>, <code>service</code> and <code>duration</code> (minutes).</p>`;
    const { locale, direction } = this.language;
    return html`<div lang=${locale} dir=${direction} part="root">
      ${noticeView(this)} ${stepView(this)}
      <div class="status" role="status">${this.flow.said}</div>
    </div>`;
  }
}
