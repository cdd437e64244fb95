/** The bodies and queries of requests. */
import type {
  FeedDetail,
  Metadata,
  Recurrence,
  Reminder,
  SigningKeyState,
  SubscriptionBusy,
  WeekStart,
} from './resources.ts';

export interface CreateAccount {
  /** The operator's code for creating accounts. */
  code: string;
  /** The region for the account's data, one of those that the operator offers. Default: any region with room. */
  region?: string | undefined;
}

export interface SetPublicSigningKey {
  /** An RSA public key in PEM. Default: null, which removes all signing keys. */
  publicJwtKey?: string | null | undefined;
}

/** Send at least one setting. A setting that you omit stays as it is. */
export interface AccountSettingsUpdate {
  publicFreebusy?: boolean | undefined;
  publicBooking?: boolean | undefined;
  reads?: 'primary' | 'nearest' | undefined;
  /** From 1 to 3,660. */
  keepCancelledDays?: number | undefined;
}

export interface AddSigningKey {
  /** An RSA public key in PEM: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`. */
  publicJwtKey: string;
  /** Default: the key's RFC 7638 thumbprint. */
  kid?: string | undefined;
  /** Default: `active`. */
  state?: 'standby' | 'active' | undefined;
}

export interface SetSigningKeyState {
  state: SigningKeyState;
  /** Required with `retiring`: when the service stops accepting the key, in milliseconds since the epoch. */
  retiresAt?: number | null | undefined;
}

export interface InspectToken {
  token: string;
}

export interface CreateApiKey {
  name?: string | null | undefined;
  /** When the key expires, in milliseconds since the epoch. Default: null, which means never. */
  expiresAt?: number | null | undefined;
}

export interface CreateFeed {
  /** `full`: everything that an event says. `busy`: only when the calendar's user is busy. */
  detail: FeedDetail;
  /** What the feed is for. Calendar apps show it as the calendar's name. */
  name?: string | null | undefined;
}

export interface CreateUser {
  metadata?: Metadata | undefined;
}

export interface UpdateUser {
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
  metadata?: Metadata | undefined;
}

export interface RevokeTokens {
  /** The service refuses tokens issued before this time, in milliseconds since the epoch. null: refuse none. */
  notBefore: number | null;
}

export interface CreateCalendar {
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
  /** Default: `'Mon'`. */
  weekStart?: WeekStart | undefined;
  metadata?: Metadata | undefined;
  /** Makes a read-only calendar, whose events come from a URL. */
  subscription?: CreateSubscription | undefined;
}

export interface CreateSubscription {
  /** The address of iCalendar text: `https:` or `webcal:`. */
  url: string;
  /** The minutes from one fetch to the next: 15 … 1,440. Default: 60. */
  refreshMinutes?: number | undefined;
  /** Default: `'as-written'`. */
  busy?: SubscriptionBusy | undefined;
}

export interface CalendarSettingsUpdate {
  timezone?: string | undefined;
  weekStart?: WeekStart | undefined;
}

/** Send `timezone` and `weekStart` in `settings` or at the top level. If both have one, `settings` wins. */
export interface UpdateCalendar extends CalendarSettingsUpdate {
  settings?: CalendarSettingsUpdate | undefined;
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
  metadata?: Metadata | undefined;
  /** Changes the given members of a subscription. Only a calendar that was created with one has it. */
  subscription?: Partial<CreateSubscription> | undefined;
}

export interface CreateEvent {
  calendarId: string;
  /** The start, in milliseconds since the epoch. Required with `duration`, unless the event is of whole days. */
  startTs?: number | undefined;
  /** The length, in milliseconds. */
  duration?: number | undefined;
  /** The first date of a whole-day event, such as `2030-01-31`, in place of `startTs` and `duration`. */
  date?: string | undefined;
  /** The number of its dates: 1 … 366. Default: 1. */
  days?: number | undefined;
  /** Default: false. */
  busy?: boolean | undefined;
  recurrence?: Recurrence | null | undefined;
  reminders?: Reminder[] | undefined;
  /** Makes the event a booking of this service, for its user. A token names only a service that its user is a host of. */
  serviceId?: string | null | undefined;
  metadata?: Metadata | undefined;
  /** The IANA time zone on whose clock the event repeats. Default: that of the calendar. */
  timezone?: string | undefined;
}

/** A field that you omit stays as it is. */
export interface UpdateEvent {
  /** The start, in milliseconds since the epoch. The exceptions of a series go with it. */
  startTs?: number | undefined;
  /** The length, in milliseconds. */
  duration?: number | undefined;
  /** Makes the event one of whole days, from this date on. `startTs` and `duration` together make it a timed one. */
  date?: string | undefined;
  /** The number of dates: 1 … 366. Default: 1. */
  days?: number | undefined;
  busy?: boolean | undefined;
  /** How the event repeats. null: it takes place once. */
  recurrence?: Recurrence | null | undefined;
  /** The start times of excluded instances, in milliseconds since the epoch; of a whole-day event their dates. */
  exdates?: (number | string)[] | undefined;
  reminders?: Reminder[] | undefined;
  /** Makes the event a booking of this service, for its user. A token names only a service that its user is a host of. */
  serviceId?: string | null | undefined;
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
  metadata?: Metadata | undefined;
  /** The IANA time zone on whose clock the event repeats. */
  timezone?: string | undefined;
}

/** How one occurrence differs from its series. What you omit is as in the series. */
export interface UpdateInstance {
  /** The start, in milliseconds since the epoch. */
  startTs?: number | undefined;
  /** The length, in milliseconds. */
  duration?: number | undefined;
  /** Of an event of whole days, the first date. */
  date?: string | undefined;
  /** Of an event of whole days, the number of dates. */
  days?: number | undefined;
  busy?: boolean | undefined;
  /** In place of the series' metadata, for this occurrence. */
  metadata?: Metadata | undefined;
  /** In place of the series' reminders, for this occurrence. */
  reminders?: Reminder[] | undefined;
}

/** The occurrence from which on a series becomes another one, and how that one differs. */
export interface SplitEvent extends UpdateEvent {
  /** The original start of the occurrence, in milliseconds since the epoch. It is not the first one. */
  originalStartTs?: number | undefined;
  /** Of an event of whole days, the original date of the occurrence, in place of `originalStartTs`. */
  originalDate?: string | undefined;
}

/** The part of an event to delete. */
export interface RemoveQuery {
  /**
   * The original start of an occurrence, in milliseconds since the epoch, or of whole days its original date: it and those that
   * follow. Default: the whole event.
   */
  from?: number | string | undefined;
}

/** The position at which an export continues. */
export interface ExportQuery {
  /** The cursor in a line of the type `cursor`. Default: the beginning of the export. */
  cursor?: string;
}
