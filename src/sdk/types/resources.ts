/** The resources that users own, the keys of the account, and the inspection of a token. */
import type { NamedPermission } from './policy.ts';
import type { ProblemCode } from './problem.ts';

/** Your own data on a resource: a string for each key. */
export type Metadata = Record<string, string>;

/** Finds the resources whose metadata has exactly this value under this key. */
export interface MetadataQuery {
  /** The key of the entry. */
  key: string;
  /** The value of the entry, exactly. */
  value: string;
}

/** A page of a list. */
export interface ListQuery {
  /** The most resources in a page, 1 … 100. Default: 20. */
  limit?: number | undefined;
  /** The `nextCursor` of the previous page. Send it with the same `order` and `metadata`. */
  cursor?: string | undefined;
  /** The order by time of creation. Default: `'asc'`, oldest first. */
  order?: 'asc' | 'desc' | undefined;
  /** Returns only resources that have all of these metadata entries. */
  metadata?: Metadata | undefined;
}

/** A page of a list. */
export interface Page {
  /** The cursor of the next page, or null on the last page. */
  nextCursor: string | null;
}

export type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

/** The first day of a week, by name or by number (0 = Monday). Responses always use the name. */
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

/**
 * `standby`: not accepted yet. `active`: accepted. `retiring`: accepted until `retiresAt`. `revoked`: never accepted
 * again.
 */
export type SigningKeyState = 'standby' | 'active' | 'retiring' | 'revoked';

/** A public key that verifies users' tokens. */
export interface SigningKey {
  kid: string;
  /** PEM, byte for byte as you sent it. */
  publicJwtKey: string;
  state: SigningKeyState;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** When the service stops accepting the key, in milliseconds since the epoch; null unless the state is `retiring`. */
  retiresAt: number | null;
}

/** An API key of the account. Only the response that creates it contains the key itself. */
export interface ApiKey {
  id: string;
  name: string | null;
  /** The last 4 characters of the key. */
  hint: string;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** When the key expires, in milliseconds since the epoch; null if it never does. */
  expiresAt: number | null;
}

/** How much a feed says of its events. */
export type FeedDetail = 'full' | 'busy';

/** An address under which calendar apps read a calendar. Only the response that creates it contains the address itself. */
export interface Feed {
  id: string;
  name: string | null;
  detail: FeedDetail;
  /** The last 4 characters of the secret in the address. */
  hint: string;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
}

/** iCalendar text (RFC 5545). */
export type ICalendarText = string;

export interface User {
  id: string;
  metadata: Metadata;
}

export interface CalendarSettings {
  weekStart: Weekday;
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
}

/** Whether the events of a subscription keep their user from being booked: as each says itself, all of them, or none. */
export type SubscriptionBusy = 'as-written' | 'all' | 'none';

/** The address that a calendar's events come from, and how its fetches went. */
export interface Subscription {
  url: string;
  /** The minutes from one fetch to the next: 15 … 1,440. */
  refreshMinutes: number;
  busy: SubscriptionBusy;
  /** When the feed last answered, in milliseconds since the epoch; null: never. */
  fetchedAt: number | null;
  /** When a fetch last changed the events, in milliseconds since the epoch; null: never. */
  changedAt: number | null;
  /** What is wrong, and what to do about it; null: nothing is. The events stay as they last were. */
  error: string | null;
}

export interface Calendar {
  id: string;
  userId: string;
  settings: CalendarSettings;
  metadata: Metadata;
  /** Only of a calendar whose events come from a URL: it is read-only. */
  subscription?: Subscription;
}

export type FrequencyName = 'yearly' | 'monthly' | 'weekly' | 'daily';

/** How an event repeats (RFC 5545 section 3.3.10). */
export interface Recurrence {
  freq: FrequencyName;
  /** The number of days, weeks, months or years from one repetition to the next: 1 … 10,000. */
  interval: number;
  /** The number of instances: 1 … 739. */
  count?: number | undefined;
  /** The latest start of an instance, in milliseconds since the epoch; of a whole-day event a date, such as `2030-01-31`. */
  until?: number | string | undefined;
  /** Every Monday: `'Mon'`. The first Monday of the month or year: `'1Mon'`. The last Friday: `'-1Fri'`. */
  byweekday?: (Weekday | `${number}${Weekday}`)[] | undefined;
  /** The days of the month: 1 … 31, or -1 … -31, counted from its end. */
  bymonthday?: number[] | undefined;
  /** The months, by name or by number 1 … 12. */
  bymonth?: Month[] | number[] | undefined;
  /** The days of the year: 1 … 366, or -1 … -366, counted from its end. */
  byyearday?: number[] | undefined;
  /** The weeks of the year (ISO 8601): 1 … 53, or -1 … -53, counted from its end. */
  byweekno?: number[] | undefined;
  /** Which of the instances of each period to keep, by position: `-1` is the last. Requires another `by…` field. */
  bysetpos?: number[] | undefined;
  /** The day on which weeks begin. Default, when the rule is set: that of the event's calendar. */
  weekStart?: Weekday | undefined;
}

export interface Reminder {
  /** When to send the reminder, in **minutes** after the start of an instance. Negative: before the start. */
  delta: number;
  /** Your own text. The notification repeats it. */
  identifier: string;
}

export interface CalendarEvent {
  id: string;
  calendarId: string;
  userId: string;
  /** The start, in milliseconds since the epoch. */
  startTs: number;
  /** The length, in milliseconds. */
  duration: number;
  /** The IANA time zone on whose clock the event repeats. Whole days are in the time zone that their calendar has now. */
  timezone: string;
  /** Present where the event is of whole days. Its times are those of its dates in `timezone`. */
  allDay?: true | undefined;
  /** The first date of a whole-day event, such as `2030-01-31`. */
  date?: string | undefined;
  /** The number of its dates: 1 … 366. */
  days?: number | undefined;
  busy: boolean;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** The time of the last change, in milliseconds since the epoch. */
  updated: number;
  recurrence: Recurrence | null;
  /** The start times of excluded instances, in milliseconds since the epoch; of a whole-day event their dates. */
  exdates: (number | string)[];
  reminders: Reminder[];
  metadata: Metadata;
}

/** One occurrence of an event. */
export interface Instance {
  /** The start, in milliseconds since the epoch. */
  startTs: number;
  /** The end, in milliseconds since the epoch. */
  endTs: number;
  busy: boolean;
  /** Present where the event is of whole days. */
  allDay?: true | undefined;
  /** The first date, such as `2030-01-31`. */
  date?: string | undefined;
  /** The number of dates. */
  days?: number | undefined;
}

/** One occurrence of an event, with its name. */
export interface Occurrence extends Instance {
  /**
   * The start that the rule gives it, in milliseconds since the epoch. It names the occurrence, wherever the occurrence is
   * moved to. A single event has one occurrence, at its start.
   */
  originalStartTs: number;
  /** The date that the rule gives an occurrence of whole days. It names the occurrence: its start goes by its calendar's zone. */
  originalDate?: string | undefined;
  /** Present where the occurrence differs from the series. */
  overridden?: true | undefined;
  /** Present where the occurrence has its own, in place of the series'. */
  metadata?: Metadata | undefined;
}

/** A span of time. In a query, it is at most 62 days long. */
export interface Timespan {
  /** The start, in milliseconds since the epoch. */
  startTs: number;
  /** The end, exclusive, in milliseconds since the epoch. */
  endTs: number;
}

/** A span of time, and the calendars to read. */
export interface FreebusyQuery extends Timespan {
  /** The calendars to read. Default: all calendars of the user. */
  calendarIds?: readonly string[] | undefined;
}

/** Whether the service accepts a token, and which permissions it grants. */
export interface Inspection {
  valid: boolean;
  /** The `code` of the problem that the bearer gets; null for a valid token. */
  code: ProblemCode | null;
  /** The `detail` of the problem that the bearer gets; null for a valid token. */
  detail: string | null;
  /** The actual reason of the refusal, if the service hides it from the bearer. */
  cause: { code: ProblemCode; detail: string } | null;
  header: Record<string, unknown> | null;
  claims: Record<string, unknown> | null;
  /** The `kid` of the signing key that verifies the token. */
  kid: string | null;
  permissions: Record<NamedPermission, { allowed: boolean; because: string }>;
}
