/** The bodies of answers, as they are named on the wire. */
import type { Account, ApiKey, Calendar, CalendarEvent, Instance, SigningKey, User } from './resources.ts';

export interface MessageResult {
  message: string;
}

export interface AccountResult {
  account: Account;
}

/** The only time that the API key is shown. */
export interface CreateAccountResult extends AccountResult {
  secretApiKey: string;
}

export interface KeyResult {
  key: SigningKey;
}

export interface KeysResult {
  keys: SigningKey[];
}

export interface ApiKeyResult {
  apiKey: ApiKey;
}

/** The only time that the API key is shown. */
export interface CreateApiKeyResult extends ApiKeyResult {
  secretApiKey: string;
}

export interface ApiKeysResult {
  apiKeys: ApiKey[];
}

export interface UserResult {
  user: User;
}

export interface UsersResult {
  users: User[];
}

export interface CalendarResult {
  calendar: Calendar;
}

export interface CalendarsResult {
  calendars: Calendar[];
}

export interface EventResult {
  event: CalendarEvent;
}

export interface EventsResult {
  events: CalendarEvent[];
}

export interface InstancesResult {
  event: CalendarEvent;
  instances: Instance[];
}

export interface CalendarEventsResult {
  calendar: Calendar;
  events: InstancesResult[];
}

export interface FreebusyResult {
  busy: Instance[];
  userId: string;
}
