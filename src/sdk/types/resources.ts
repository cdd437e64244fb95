/** The resources that users own, and the pages of their lists. */

/** Your own data on a resource: strings under keys of your choice. */
export type Metadata = Record<string, string>;

/** Finds the resources whose metadata has exactly this value under this key. */
export interface MetadataQuery {
  key: string;
  value: string;
}

/** A page of a list. */
export interface ListQuery {
  /** 1 … 100. Default: 20. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before, with the same order and metadata. */
  cursor?: string | undefined;
  /** By time of creation. Default: `'asc'`, oldest first. */
  order?: 'asc' | 'desc' | undefined;
  /** Only resources with all of these metadata entries. */
  metadata?: Metadata | undefined;
}

/** A page of a list. */
export interface Page {
  /** The cursor of the next page; null on the last page. */
  nextCursor: string | null;
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

export interface User {
  id: string;
  metadata: Metadata;
}

export interface CalendarSettings {
  weekStart: Weekday;
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
}

export interface Calendar {
  id: string;
  userId: string;
  settings: CalendarSettings;
  metadata: Metadata;
}

export type FrequencyName = 'yearly' | 'monthly' | 'weekly' | 'daily';

/** The rule by which an event repeats (RFC 5545 section 3.3.10). */
export interface Recurrence {
  freq: FrequencyName;
  /** Repeats every so many days, weeks, months or years: 1 … 10,000. */
  interval: number;
  /** The number of instances: 1 … 739. */
  count?: number | undefined;
  /** The last moment at which an instance may start, in milliseconds since the epoch. */
  until?: number | undefined;
  /** `'Mon'`, or the n-th one of the month or year, from its end when negative: `'1Mon'`, `'-1Fri'`. */
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
  /** **Minutes** from the start of an instance. Negative: before it. */
  delta: number;
  identifier: string;
}

export interface CalendarEvent {
  id: string;
  calendarId: string;
  userId: string;
  /** Milliseconds since the epoch. */
  startTs: number;
  /** Milliseconds. */
  duration: number;
  busy: boolean;
  /** Milliseconds since the epoch. */
  created: number;
  /** Milliseconds since the epoch. */
  updated: number;
  recurrence: Recurrence | null;
  /** Start times of instances that do not take place, in milliseconds since the epoch. */
  exdates: number[];
  reminders: Reminder[];
  metadata: Metadata;
}

/** One occurrence of an event. Times are in milliseconds since the epoch. */
export interface Instance {
  startTs: number;
  endTs: number;
  busy: boolean;
}

/** A time window from `startTs` to before `endTs`, in milliseconds since the epoch; at most 62 days in a query. */
export interface Timespan {
  startTs: number;
  endTs: number;
}

/** A time window, and the calendars to read. */
export interface FreebusyQuery extends Timespan {
  /** Absent: all calendars of the user. */
  calendarIds?: readonly string[] | undefined;
}
