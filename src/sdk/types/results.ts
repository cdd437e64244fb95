/** The bodies of responses. */
import type { Account } from './account.ts';
import type {
  ApiKey,
  Calendar,
  CalendarEvent,
  Feed,
  Instance,
  Occurrence,
  Page,
  SigningKey,
  User,
} from './resources.ts';

export interface HealthResult {
  message: string;
  /** The version of the API, and of the SDK that is released with it. */
  version: string;
  /** The path of the reference. */
  docs: string;
  /** The path of the OpenAPI description. */
  openapi: string;
}

export interface AccountResult {
  account: Account;
}

/** The only response that contains the API key. */
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

/** The only response that contains the API key. */
export interface CreateApiKeyResult extends ApiKeyResult {
  secretApiKey: string;
}

export interface ApiKeysResult {
  apiKeys: ApiKey[];
}

/** What an import did, in events of the service: an event of the file can be several. */
export interface ImportResult {
  created: number;
  updated: number;
  /** Those that were imported before, and are not newer in the file. */
  unchanged: number;
  /** What the file has and events cannot represent; `uid` is null where the file names none. */
  skipped: { uid: string | null; reason: string }[];
}

export interface FeedResult {
  feed: Feed;
}

export interface CreateFeedResult extends FeedResult {
  /** The address to subscribe to. The service never shows it again. */
  url: string;
}

export interface FeedsResult {
  feeds: Feed[];
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
  instances: Occurrence[];
}

export interface OccurrenceResult {
  event: CalendarEvent;
  instance: Occurrence;
}

export interface SplitResult {
  /** The series, which ends before the occurrence. */
  event: CalendarEvent;
  /** The series that takes the rest. */
  following: CalendarEvent;
}

export interface CalendarEventsResult {
  calendar: Calendar;
  events: InstancesResult[];
}

export interface FreebusyResult {
  busy: Instance[];
  userId: string;
}

/** A line of an export. The type determines its other members. */
export interface ExportLine {
  type: string;
  [member: string]: unknown;
}
