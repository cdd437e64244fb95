/** The bodies and queries of requests. */
import type { SigningKeyState } from './account.ts';
import type { Metadata, Recurrence, Reminder, WeekStart } from './resources.ts';

export interface CreateAccount {
  /** The operator's code for creating accounts. */
  code: string;
  /** One of the operator's regions, for the account's data. Absent: wherever there is room. */
  region?: string | undefined;
}

export interface SetPublicSigningKey {
  /** An RSA public key in PEM. null or absent removes every signing key. */
  publicJwtKey?: string | null | undefined;
}

/** At least one member. An absent member stays as it is. */
export interface AccountSettingsUpdate {
  publicFreebusy?: boolean | undefined;
  publicBooking?: boolean | undefined;
  reads?: 'primary' | 'nearest' | undefined;
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
  /** With `retiring`: until when the key is accepted, in milliseconds since the epoch. */
  retiresAt?: number | null | undefined;
}

export interface InspectToken {
  token: string;
}

export interface CreateApiKey {
  name?: string | null | undefined;
  /** When the key expires, in milliseconds since the epoch. null or absent: never. */
  expiresAt?: number | null | undefined;
}

export interface CreateUser {
  metadata?: Metadata | undefined;
}

export interface UpdateUser {
  /** Replaces the whole map. Absent: the map stays as it is. */
  metadata?: Metadata | undefined;
}

export interface RevokeTokens {
  /** Milliseconds since the epoch: tokens with an earlier `iat` are refused. null lifts the refusal. */
  notBefore: number | null;
}

export interface CreateCalendar {
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
  /** Default: `'Mon'`. */
  weekStart?: WeekStart | undefined;
  metadata?: Metadata | undefined;
}

export interface CalendarSettingsUpdate {
  timezone?: string | undefined;
  weekStart?: WeekStart | undefined;
}

/** `timezone` and `weekStart` may be in `settings` or at the top level. */
export interface UpdateCalendar extends CalendarSettingsUpdate {
  settings?: CalendarSettingsUpdate | undefined;
  /** Replaces the whole map. Absent: the map stays as it is. */
  metadata?: Metadata | undefined;
}

export interface CreateEvent {
  calendarId: string;
  /** Milliseconds since the epoch. */
  startTs: number;
  /** Milliseconds. */
  duration: number;
  /** Default: false. */
  busy?: boolean | undefined;
  recurrence?: Recurrence | null | undefined;
  reminders?: Reminder[] | undefined;
  serviceId?: string | null | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateEvent {
  /** Milliseconds since the epoch. A changed start clears `exdates`. */
  startTs?: number | undefined;
  /** Milliseconds. */
  duration?: number | undefined;
  busy?: boolean | undefined;
  /** null: the event no longer repeats. */
  recurrence?: Recurrence | null | undefined;
  /** Start times of instances that do not take place, in milliseconds since the epoch. */
  exdates?: number[] | undefined;
  reminders?: Reminder[] | undefined;
  serviceId?: string | null | undefined;
  /** Replaces the whole map. Absent: the map stays as it is. */
  metadata?: Metadata | undefined;
}

/** Where an export goes on. */
export interface ExportQuery {
  /** The cursor of a line `cursor`. Absent: the export starts from the beginning. */
  cursor?: string;
}
