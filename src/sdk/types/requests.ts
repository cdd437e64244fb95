/** What clients send. */
import type { Metadata, Recurrence, Reminder, SigningKeyState, WeekStart } from './resources.ts';

export interface CreateAccount {
  /** The code with which the operator lets accounts be opened. */
  code: string;
  /** Where its data is to be kept: one of the operator's regions. Absent: where there is room. */
  region?: string | undefined;
}

export interface SetPublicSigningKey {
  /** PEM; null or absent removes every signing key. */
  publicJwtKey?: string | null | undefined;
}

/** At least one; an absent member stays as it is. */
export interface AccountSettingsUpdate {
  publicFreebusy?: boolean | undefined;
  publicBooking?: boolean | undefined;
  reads?: 'primary' | 'nearest' | undefined;
}

export interface AddSigningKey {
  /** An RSA public key in PEM: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`. */
  publicJwtKey: string;
  /** By default the key's RFC 7638 thumbprint. */
  kid?: string | undefined;
  /** By default `active`. */
  state?: 'standby' | 'active' | undefined;
}

export interface SetSigningKeyState {
  state: SigningKeyState;
  /** With `retiring`: until when the key is accepted. */
  retiresAt?: number | null | undefined;
}

export interface InspectToken {
  token: string;
}

export interface CreateApiKey {
  name?: string | null | undefined;
  /** When it ends; null or absent: never. */
  expiresAt?: number | null | undefined;
}

export interface CreateUser {
  metadata?: Metadata | undefined;
}

export interface UpdateUser {
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

export interface RevokeTokens {
  /** Tokens whose `iat` is before it are refused; null takes that back. */
  notBefore: number | null;
}

export interface CreateCalendar {
  /** An IANA name, such as `Europe/Oslo`. */
  timezone: string;
  /** By default `'Mon'`. */
  weekStart?: WeekStart | undefined;
  metadata?: Metadata | undefined;
}

export interface CalendarSettingsUpdate {
  timezone?: string | undefined;
  weekStart?: WeekStart | undefined;
}

/** `timezone` and `weekStart` may stand in `settings` or at the top. */
export interface UpdateCalendar extends CalendarSettingsUpdate {
  settings?: CalendarSettingsUpdate | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

export interface CreateEvent {
  calendarId: string;
  startTs: number;
  duration: number;
  /** By default false. */
  busy?: boolean | undefined;
  recurrence?: Recurrence | null | undefined;
  reminders?: Reminder[] | undefined;
  serviceId?: string | null | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateEvent {
  /** A changed start clears `exdates`. */
  startTs?: number | undefined;
  duration?: number | undefined;
  busy?: boolean | undefined;
  /** null makes the event single. */
  recurrence?: Recurrence | null | undefined;
  exdates?: number[] | undefined;
  reminders?: Reminder[] | undefined;
  serviceId?: string | null | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

/** Where a copy of an account goes on. */
export interface ExportQuery {
  /** Of a line `cursor`; by default it begins at the beginning. */
  cursor?: string;
}
