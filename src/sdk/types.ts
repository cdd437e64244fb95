/**
 * The wire contract as types: what the service and its clients say to each other. Nothing in here exists at run
 * time, so that the service can import it without taking the client along.
 *
 * Timestamps and durations are integers in milliseconds (Unix epoch, UTC) unless a field says otherwise. Optional
 * members of requests admit `undefined`: it is left out of the JSON, which means the same as an absent member.
 */

// ---------------------------------------------------------------------------------------------- permissions

/** A permission that stands for one kind of action. Reading needs none. */
export type NamedPermission =
  | 'CreateCalendar'
  | 'DeleteCalendar'
  | 'UpdateCalendar'
  | 'CreateCalendarEvent'
  | 'DeleteCalendarEvent'
  | 'UpdateCalendarEvent'
  | 'CreateSchedule'
  | 'UpdateSchedule'
  | 'DeleteSchedule';

/** What a token's policy can allow or reject; `*` stands for all. */
export type Permission = '*' | NamedPermission;

/** What the bearer of a token may do besides reading. `reject` wins over `allow`; what neither names is refused. */
export interface SchedulerPolicy {
  allow?: readonly Permission[] | undefined;
  reject?: readonly Permission[] | undefined;
}

/**
 * The claims of a user's token, to be signed with RS256. Times are in **seconds** since the epoch, as in every JWT.
 *
 * A type alias and not an interface, because only an alias fits the index signature of jose's `JWTPayload`.
 */
export type SchedulerClaims = {
  /** The id of the user whom the token speaks for. */
  nettuSchedulerUserId: string;
  /** Seconds; from then on the token is refused. */
  exp: number;
  /** Seconds; what `user.revokeTokens` goes by. */
  iat?: number;
  /** Seconds; until then the token is refused. */
  nbf?: number;
  /** Without a policy the token can read, and nothing else. */
  schedulerPolicy?: SchedulerPolicy;
  iss?: string;
  sub?: string;
  aud?: string | string[];
  jti?: string;
};

// ------------------------------------------------------------------------------------------------ resources

/** The issuer's own notes on a resource: strings under keys of its choice. */
export type Metadata = Record<string, string>;

/** Which resources to find: those whose metadata holds exactly this value under this key. */
export interface MetadataQuery {
  key: string;
  value: string;
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
    webhook: { url: string; key: string } | null;
    /** Whether anyone who knows the account's id may ask for its users' free/busy. */
    publicFreebusy: boolean;
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

// ------------------------------------------------------------------------------------------- request bodies

export interface CreateAccount {
  /** The code with which the operator lets accounts be opened. */
  code: string;
}

export interface SetPublicSigningKey {
  /** PEM; null or absent removes every signing key. */
  publicJwtKey?: string | null | undefined;
}

export interface SetWebhook {
  /** An absolute http(s) URL. */
  webhookUrl: string;
}

export interface AccountSettingsUpdate {
  publicFreebusy: boolean;
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
  retiresAt?: number | undefined;
}

export interface InspectToken {
  token: string;
}

export interface CreateApiKey {
  name?: string | undefined;
  expiresAt?: number | undefined;
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
  recurrence?: Recurrence | undefined;
  reminders?: Reminder[] | undefined;
  serviceId?: string | undefined;
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
  serviceId?: string | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

// --------------------------------------------------------------------------------------------- answer bodies

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

// -------------------------------------------------------------------------------------------------- problems

/** Every reason for which the service refuses a request: a word to switch on, which does not change. */
export type ProblemCode =
  // 400
  | 'body-not-json'
  | 'input-invalid'
  // 401
  | 'credentials-missing'
  | 'api-key-unknown'
  | 'api-key-expired'
  | 'account-code-wrong'
  | 'account-creation-closed'
  | 'token-malformed'
  | 'token-algorithm'
  | 'token-claims'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-signature'
  | 'key-missing'
  | 'key-standby'
  | 'key-retired'
  | 'key-revoked'
  | 'user-unknown'
  | 'token-revoked'
  | 'policy-denied'
  // 404
  | 'route-unknown'
  | 'not-found'
  // 405
  | 'method-not-allowed'
  // 409
  | 'kid-taken'
  | 'key-limit'
  | 'key-state-final'
  | 'api-key-limit'
  | 'api-key-last'
  // 413
  | 'body-too-large'
  // 415
  | 'media-type-unsupported'
  // 429
  | 'rate-limited'
  // 500
  | 'internal'
  // 503
  | 'database-unavailable';

/** The body of every error: a problem document (RFC 9457), served as `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** What went wrong this time, for a person to read. */
  detail: string;
  /** What went wrong, for a program to switch on. */
  code: ProblemCode;
  /** With `input-invalid`: each bad field. */
  errors?: { path: string; reason: string }[];
  /** Names this request in the service's logs. */
  id?: string;
}
