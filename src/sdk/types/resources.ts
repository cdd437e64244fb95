/** What the service keeps and answers with. */
import type { NamedPermission } from './policy.ts';
import type { ProblemCode } from './problem.ts';
import type { WebhookEvent } from './webhooks.ts';

/** The issuer's own notes on a resource: strings under keys of its choice. */
export type Metadata = Record<string, string>;

/** Which resources to find: those whose metadata holds exactly this value under this key. */
export interface MetadataQuery {
  key: string;
  value: string;
}

/** Which page of a list to answer. */
export interface ListQuery {
  /** 1 … 100, by default 20. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. It goes with the same order and metadata. */
  cursor?: string | undefined;
  /** By creation; by default `'asc'`, the oldest first. */
  order?: 'asc' | 'desc' | undefined;
  /** Only what carries all of these entries. */
  metadata?: Metadata | undefined;
}

export type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

/** The first day of a week, by name or by number (0 = Monday). Answers always use the name. */
export type WeekStart = Weekday | 0 | 1 | 2 | 3 | 4 | 5 | 6;

export type Month =
  | 'January'
  | 'February'
  | 'March'
  | 'April'
  | 'May'
  | 'June'
  | 'July'
  | 'August'
  | 'September'
  | 'October'
  | 'November'
  | 'December';

export interface Account {
  id: string;
  /** The newest active signing key in PEM, byte for byte as it was sent; null when there is none. */
  publicJwtKey: string | null;
  settings: {
    webhook: {
      url: string;
      /** Sent as `nettu-scheduler-webhook-key`. */
      key: string;
      /** What `verifyWebhook` takes, `whsec_…`. */
      secret: string;
      events: WebhookEvent[];
    } | null;
    /** Whether anyone who knows the account's id may ask for its users' free/busy. */
    publicFreebusy: boolean;
    /** Whether anyone who knows the account's id may ask for its services' booking slots. */
    publicBooking: boolean;
    /**
     * Who answers what is read with a token or an API key: the database itself, or the copy that is nearest. That is
     * faster from afar; but a key, a token or a user that was revoked may go on reading until the copies know.
     */
    reads: 'primary' | 'nearest';
  };
}

/** `standby`: not accepted yet; `retiring`: accepted until `retiresAt`; `revoked`: never accepted again. */
export type SigningKeyState = 'standby' | 'active' | 'retiring' | 'revoked';

/** A public key against which users' tokens are verified. */
export interface SigningKey {
  kid: string;
  /** PEM, byte for byte as it was sent. */
  publicJwtKey: string;
  state: SigningKeyState;
  created: number;
  retiresAt: number | null;
}

/** An API key of the account. The key itself is shown once, when it is created. */
export interface ApiKey {
  id: string;
  name: string | null;
  /** The last 4 characters of the key. */
  hint: string;
  created: number;
  expiresAt: number | null;
}

export interface User {
  id: string;
  metadata: Metadata;
}

export interface CalendarSettings {
  weekStart: Weekday;
  /** An IANA name, such as `Europe/Oslo`. */
  timezone: string;
}

export interface Calendar {
  id: string;
  userId: string;
  settings: CalendarSettings;
  metadata: Metadata;
}

export type FrequencyName = 'yearly' | 'monthly' | 'weekly' | 'daily';

/** A rule by which an event repeats, as in RFC 5545, 3.3.10. */
export interface Recurrence {
  freq: FrequencyName;
  /** Every how many days, weeks, months or years; 1 … 10,000. */
  interval: number;
  /** How many times in all, 1 … 739. */
  count?: number | undefined;
  /** The last instant, inclusive, at which an instance may start. */
  until?: number | undefined;
  /** `'Mon'`, or the n-th of the month or year, counted from its end when negative: `'1Mon'`, `'-1Fri'`. */
  byweekday?: (Weekday | `${number}${Weekday}`)[] | undefined;
  bymonthday?: number[] | undefined;
  /** Names, or numbers 1 … 12. */
  bymonth?: Month[] | number[] | undefined;
  byyearday?: number[] | undefined;
  byweekno?: number[] | undefined;
  /** Only beside another by-rule. */
  bysetpos?: number[] | undefined;
}

export interface Reminder {
  /** **Minutes** from the start of an instance; negative is before it. */
  delta: number;
  identifier: string;
}

export interface CalendarEvent {
  id: string;
  calendarId: string;
  userId: string;
  startTs: number;
  duration: number;
  busy: boolean;
  created: number;
  updated: number;
  recurrence: Recurrence | null;
  /** Start times of instances that do not take place. */
  exdates: number[];
  reminders: Reminder[];
  metadata: Metadata;
}

/** One time at which an event takes place. */
export interface Instance {
  startTs: number;
  endTs: number;
  busy: boolean;
}

/** A window of time, from `startTs` up to, but without, `endTs`; at most 62 days in a query. */
export interface Timespan {
  startTs: number;
  endTs: number;
}

/** Whose time to look at, and when. */
export interface FreebusyQuery extends Timespan {
  /** Without it: all of the user's calendars. */
  calendarIds?: readonly string[] | undefined;
}

/** What the service makes of a token, and what its bearer may do with it. */
export interface Inspection {
  valid: boolean;
  /** Why it is refused: the `code` and `detail` that its bearer gets; null when it is valid. */
  code: ProblemCode | null;
  detail: string | null;
  /** The reason behind that one, where its bearer is not told everything. */
  cause: { code: ProblemCode; detail: string } | null;
  header: Record<string, unknown> | null;
  claims: Record<string, unknown> | null;
  /** The signing key that verified it. */
  kid: string | null;
  permissions: Record<NamedPermission, { allowed: boolean; because: string }>;
}
