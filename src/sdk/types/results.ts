/** The bodies of answers. */
import type { Account, ApiKey, SigningKey } from './account.ts';
import type { Calendar, CalendarEvent, Instance, Page, User } from './resources.ts';

export interface HealthResult {
  message: string;
  /** The version of the API and of this package, which are released together. */
  version: string;
  /** The paths of the reference and of the OpenAPI description. */
  docs: string;
  openapi: string;
}

export interface AccountResult {
  account: Account;
}

/** The only answer that shows the API key. */
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

/** The only answer that shows the API key. */
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

export interface UsersPage extends UsersResult, Page {}

export interface CalendarResult {
  calendar: Calendar;
}

export interface CalendarsResult {
  calendars: Calendar[];
}

export interface CalendarsPage extends CalendarsResult, Page {}

export interface EventResult {
  event: CalendarEvent;
}

export interface EventsResult {
  events: CalendarEvent[];
}

export interface EventsPage extends EventsResult, Page {}

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

/** A line of an export. Its other members depend on its type. */
export interface ExportLine {
  type: string;
  [member: string]: unknown;
}
