/**
 * Every bound of the contract, once. A name ends in its unit; a bare `_MAX` or `_MIN` counts things. The schemas, the SQL
 * that relies on a bound, the description and the page of limits read them here: the sentence above each bound is what
 * the page of limits shows (openapi/limits.ts reads this file).
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time/units.ts';

// Requests

/** The largest body of a request. */
export const BODY_MAX_BYTES = 64 * 1024;
/** The longest `Idempotency-Key`, in printable ASCII. */
export const IDEMPOTENCY_KEY_MAX_CHARS = 255;
/** How long a creation can be replayed by its `Idempotency-Key`. */
export const REPLAYABLE_MS = 24 * HOUR_MS;
/** The longest page of a list. */
export const PAGE_MAX = 100;
/** The length of a page where the request names none. */
export const PAGE_DEFAULT = 20;
/** The JSON of one page of a list, which ends early before it has more; an answer without pages is then `answer-too-large`. */
export const PAGE_MAX_BYTES = 2_000_000;
/** The rows that one page of bookings or deliveries reads, with those that its filter leaves out; the next page goes on. */
export const FILTERED_ROWS_MAX = 1000;
/** The resources that a `findByMeta` can skip: it reads them. */
export const SKIP_MAX = 100_000;
/** The fields that a validation problem lists. */
export const FIELD_ERRORS_MAX = 20;

// Metadata

/** The entries of a metadata map. */
export const METADATA_MAX = 64;
/** The longest metadata key. */
export const METADATA_KEY_MAX_CHARS = 128;
/** The longest metadata value. */
export const METADATA_VALUE_MAX_CHARS = 4096;

// Keys and tokens

/** The longest token. */
export const TOKEN_MAX_CHARS = 8192;
/** How far the issuer's clock and ours may differ, for `exp` and `nbf`. */
export const TOKEN_LEEWAY_SECONDS = 5;
/** The longest public key in PEM. */
export const PUBLIC_KEY_MAX_CHARS = 16_384;
/** The shortest RSA modulus: NIST SP 800-131A forbids shorter ones. */
export const RSA_MIN_BITS = 2048;
/** The longest RSA modulus: a longer one costs more to verify than it protects. */
export const RSA_MAX_BITS = 8192;
/** The smallest public exponent of an RSA key: FIPS 186-5 section 5.1. */
export const RSA_EXPONENT_MIN = 65_537;
/** The longest public exponent of an RSA key: BoringSSL refuses longer ones. */
export const RSA_EXPONENT_MAX_BITS = 33;
/** The longest `kid`. */
export const KID_MAX_CHARS = 128;
/** The live signing keys of an account. */
export const LIVE_SIGNING_KEYS_MAX = 5;
/** The signing keys of an account, revoked and retired ones included. */
export const SIGNING_KEYS_MAX = 20;
/** The API keys of an account. */
export const API_KEYS_MAX = 20;
/** The longest name of an API key. */
export const API_KEY_NAME_MAX_CHARS = 128;
/** The feeds of one calendar. */
export const FEEDS_MAX = 10;
/** The name of a feed. */
export const FEED_NAME_MAX_CHARS = 128;
/** How long ago an event that is over may have ended and still be in a calendar's iCalendar text. */
export const CALENDAR_TEXT_PAST_DAYS = 90;

/** The body of an import. */
export const IMPORT_MAX_BYTES = 1024 ** 2;
/** The `UID` of an event in a calendar file. */
export const IMPORT_UID_MAX_CHARS = 512;
/** What all the events of one calendar file may take as JSON. */
export const IMPORT_JSON_MAX_BYTES = 1_900_000;
/** The events that one calendar file becomes. */
export const IMPORT_EVENTS_MAX = 5000;

// Subscriptions

/** The subscriptions of one user. */
export const SUBSCRIPTIONS_MAX = 10;
/** The longest URL of a subscription. */
export const SUBSCRIPTION_URL_MAX_CHARS = 2048;
/** The shortest time between two fetches of a subscription by itself. */
export const REFRESH_MIN_MINUTES = 15;
/** The longest. */
export const REFRESH_MAX_MINUTES = 1440;
/** That time where the subscription names none. */
export const REFRESH_DEFAULT_MINUTES = 60;
/** What one fetch of a subscription takes, once it is decompressed. */
export const SUBSCRIPTION_MAX_BYTES = 2 * 1024 ** 2;
/** The redirects that one fetch follows. */
export const SUBSCRIPTION_REDIRECTS_MAX = 3;
/** How long the server of a subscription has for its whole answer. */
export const SUBSCRIPTION_TIMEOUT_MS = 10 * SECOND_MS;
/** The same where a request waits for it. */
export const REFRESH_TIMEOUT_MS = 6 * SECOND_MS;
/** How long a subscription waits after a fetch before a request can have it fetched again. */
export const REFRESH_WAIT_MS = MINUTE_MS;
/** How long a feed that had events must have none before that is believed. */
export const EMPTY_BELIEVED_MS = DAY_MS;

// Events

/** The latest start of an event or a booking: the last millisecond of 2199. */
export const START_MAX_TS_MS = Date.UTC(2200, 0) - 1;
/** The latest moment that a window or an exdate can name: the first millisecond of 2301. */
export const INSTANT_MAX_TS_MS = Date.UTC(2301, 0);
/** The longest event of whole days. */
export const EVENT_DAYS_MAX = 366;
/** The longest event. */
export const EVENT_MAX_MS = EVENT_DAYS_MAX * DAY_MS;
/** The exdates of an event. */
export const EXDATES_MAX = 1000;
/** The exceptions of a series: its exdates and its overridden occurrences together. */
export const EXCEPTIONS_MAX = 1000;
/** The reminders of an event. */
export const REMINDERS_MAX = 100;
/** The farthest that a reminder can be from its instance, before or after. */
export const REMINDER_MAX_MINUTES = 535_680;
/** The longest identifier of a reminder. */
export const REMINDER_IDENTIFIER_MAX_CHARS = 256;
/** The largest `interval` of a recurrence. */
export const RECURRENCE_INTERVAL_MAX = 10_000;
/** The largest `count` of a recurrence. */
export const RECURRENCE_COUNT_MAX = 739;
/** The farthest that `until` can be after `startTs`. */
export const UNTIL_MAX_DAYS = 732;
/** The longest window of a query for events, instances or free/busy. */
export const WINDOW_MAX_DAYS = 62;
/** The calendars of one free/busy query. */
export const FREEBUSY_CALENDARS_MAX = 100;

// Schedules

/** The rules of a schedule. */
export const SCHEDULE_RULES_MAX = 400;
/** The intervals of one rule. */
export const RULE_INTERVALS_MAX = 10;
/** The dates of one rule for a span of dates, in days. */
export const RULE_DATES_MAX = 366;

// Services and booking

/** The hosts of a service. */
export const HOSTS_MAX = 100;
/** The events that name a service and may overlap an event that would: those that one write compares it with. */
export const BOOKED_COMPARED_MAX = 1000;
/** How far two series that name a service are compared, in days: as far as a booking may lie ahead. */
export const SERIES_COMPARED_MAX_DAYS = 3660;
/** The busy calendars of a host. */
export const BUSY_CALENDARS_MAX = 20;
/** The longest buffer before or after a booking. */
export const BUFFER_MAX_MINUTES = 720;
/** The farthest `closestBookingTime` and `furthestBookingTime`: ten years. */
export const BOOKING_TIME_MAX_MINUTES = 5_270_400;
/** The seats of a group. */
export const SEATS_MAX = 10_000;
/** The dates of one query for slots. */
export const SLOT_DATES_MAX = 101;
/** The shortest `interval` between slots. */
export const SLOT_INTERVAL_MIN_MS = 5 * MINUTE_MS;
/** The longest `interval` between slots. */
export const SLOT_INTERVAL_MAX_MS = 2 * HOUR_MS;
/** The shortest slot or booking. */
export const BOOKING_MIN_MS = MINUTE_MS;
/** The longest slot or booking. */
export const BOOKING_MAX_MS = DAY_MS;
/** The longest hold. */
export const HOLD_MAX_MINUTES = 60;
/** How long an expired hold stays in the lists of bookings. */
export const EXPIRED_HOLD_KEPT_MS = 55 * MINUTE_MS;
/** How far back `equalDistribution` counts bookings. */
export const BOOKINGS_COUNTED_MS = 30 * DAY_MS;
/** How long a cancelled booking is kept, where the account does not say. */
export const KEEP_CANCELLED_DEFAULT_DAYS = 365;
/** The shortest `keepCancelledDays`. */
export const KEEP_CANCELLED_MIN_DAYS = 1;
/** The longest `keepCancelledDays`: ten years. */
export const KEEP_CANCELLED_MAX_DAYS = 3660;

// Webhooks

/** The longest URL of a webhook. */
export const WEBHOOK_URL_MAX_CHARS = 2048;
/** The webhooks of an account: `/account/webhook` is the first of them. */
export const WEBHOOKS_MAX = 10;
/** The longest `description` of a webhook. */
export const WEBHOOK_DESCRIPTION_MAX_CHARS = 255;
/** The headers that an account adds to the requests to a webhook. */
export const WEBHOOK_HEADERS_MAX = 10;
/** The longest name of such a header. */
export const WEBHOOK_HEADER_NAME_MAX_CHARS = 64;
/** The longest value of such a header, in ASCII characters, each of which is a byte. */
export const WEBHOOK_HEADER_VALUE_MAX_CHARS = 2048;
/** How long a webhook has to answer. */
export const WEBHOOK_TIMEOUT_MS = 10 * SECOND_MS;
/** The largest body that is sent to a webhook. */
export const WEBHOOK_BODY_MAX_BYTES = 256 * 1024;
/** The reminders of one notification. */
export const NOTIFICATION_REMINDERS_MAX = 100;
/** How long a delivered notification is kept. */
export const DELIVERED_KEPT_MS = 7 * DAY_MS;
/** How long a failed notification is kept. */
export const FAILED_KEPT_MS = 30 * DAY_MS;
/** The longest `Retry-After` of an endpoint that the service honours. */
export const RETRY_AFTER_MAX_MS = DAY_MS;
/** How long nothing but failures pauses an endpoint. */
export const FAILING_MAX_MS = 3 * DAY_MS;
/** The secrets of a webhook that sign at once: the current one, and those that a roll replaced. */
export const WEBHOOK_SECRETS_MAX = 5;
/** How long the old secret signs beside the new one after a roll. */
export const OLD_SECRET_KEPT_MS = 24 * HOUR_MS;

// Rates

/** The requests of one address, or one IPv6 /64, without a credential, and as many whose credential is not known yet, in one location of the edge. */
export const ADDRESS_REQUESTS_MAX = 300;
/** The time in which those requests count. */
export const ADDRESS_WINDOW_SECONDS = 60;
/** The writes of one user, in one location. */
export const USER_WRITES_MAX = 100;
/** The writes of an account with its API keys, and likewise those of all its users together, in one location. */
export const ACCOUNT_WRITES_MAX = 600;
/** The time in which those writes count. */
export const WRITES_WINDOW_SECONDS = 10;
/** The rows that one user's requests may have the database read or write, in one isolate. */
export const USER_ROWS_MAX = 300_000;
/** The rows that the requests of an account with its API keys may have it read or write, and likewise those of all its users together. */
export const ACCOUNT_ROWS_MAX = 1_000_000;
/** The rows that the requests of one address without a credential may have it read or write. */
export const ADDRESS_ROWS_MAX = 300_000;
/** A row that is written counts as so many rows that are read: the database takes about as long. What it costs is bounded by the quotas. */
export const ROW_WRITTEN_ROWS = 10;
/** A request counts as at least so many rows, so these limits bound the number of reads, too. */
export const REQUEST_ROWS_MIN = 100;
/** The time in which those rows count. */
export const ROWS_WINDOW_SECONDS = 10;

// Quotas

/** The users of an account. */
export const USERS_MAX = 200_000;
/** The calendars of an account. */
export const CALENDARS_MAX = 400_000;
/** The events of an account, booked ones included: counted in blocks, so up to an eighth earlier. */
export const EVENTS_MAX = 2_000_000;
/** The schedules of an account. */
export const SCHEDULES_MAX = 400_000;
/** The services of an account. */
export const SERVICES_MAX = 10_000;
/** The bookings of an account, cancelled ones included. */
export const BOOKINGS_MAX = 1_000_000;
/** The live holds of an account. */
export const HOLDS_MAX = 1000;
/** The live holds of one user. */
export const USER_HOLDS_MAX = 20;
/** The live holds that no user made, but the account with its API key. */
export const GUEST_HOLDS_MAX = 500;
/** What an account stores: each resource, host and feed counts as its text, and metadata twice, in whole KiB, of which it is at least one. */
export const STORED_MAX_BYTES = 4 * 1024 ** 3;
/** The idempotency records of an account, counted one in sixteen; one with a long answer counts as several. */
export const IDEMPOTENCY_RECORDS_MAX = 250_000;
/** The pending notifications of an account, counted one in sixteen: beyond them, new ones are dropped. */
export const PENDING_DELIVERIES_MAX = 200_000;
/** What those may take, in whole KiB each: beyond it, new ones are dropped. */
export const PENDING_MAX_BYTES = 256 * 1024 ** 2;
/** What delivered and failed notifications may take: beyond it, they are not kept. */
export const KEPT_MAX_BYTES = 256 * 1024 ** 2;

// The work of one request: beyond it, the answer is `answer-too-large`

/** The events that one answer reads, of a calendar or of free/busy, those that turn out to lie beside the window included; a long event counts as several. */
export const EVENTS_READ_MAX = 5000;
/** The events that one calendar's iCalendar text has, of those the query reads; a long event counts as several. */
export const CALENDAR_TEXT_EVENTS_MAX = 5000;
/** The JSON of one event in an iCalendar text; a longer event counts as several. */
export const TEXT_EVENT_JSON_MAX_BYTES = 1000;
/** The work that writing the rules of one iCalendar text may cost, by the prices of `time/budget.ts`. */
export const TEXT_WORK_MAX_MS = 100;
/** The work that the rules of one calendar file may cost, by the prices of `time/budget.ts`. */
export const IMPORT_WORK_MAX_MS = 100;
/** The JSON of one event, for its owner; a longer event counts as several. */
export const EVENT_JSON_MAX_BYTES = 400;
/** The JSON of one event in free/busy; a longer event counts as several. */
export const BUSY_EVENT_JSON_MAX_BYTES = 200;
/** The instances of one answer: their JSON stays below 3 MB. */
export const INSTANCES_MAX = 30_000;
/** The busy instances that one free/busy answer merges. */
export const BUSY_INSTANCES_MAX = 100_000;
/** The work that expanding the events of one answer may cost, by the prices of `time/budget.ts`. */
export const EVENTS_WORK_MAX_MS = 100;
/** The same for one free/busy answer, or one search for slots. */
export const BUSY_WORK_MAX_MS = 35;
/** The slots of the grid times the hosts, in one answer; a date counts as 24 hours. */
export const OFFERS_MAX = 100_000;
/** The events that one answer with slots takes into account, and one booking; of calendars and of bookings, as many each are read. */
export const SLOT_EVENTS_MAX = 30_000;
/** The rules and exdates of those events: with their times, they stay below the 2 MB that D1 has for one value. */
export const SLOT_RULES_MAX_BYTES = 900_000;
/** The metadata entries that one page of a list searches; the next page goes on. */
export const SEEKS_MAX = 10_000;
/** The rows of one part of an export. */
export const EXPORT_PART_MAX = 4000;
/** The JSON of one part of an export. */
export const EXPORT_PART_MAX_BYTES = 1_600_000;
/** The milliseconds from the beginning of one answer of an export to that of the next, for each thousand rows of the account. */
export const EXPORT_PAUSE_PER_THOUSAND_ROWS_MS = 10;
/** The parts of one answer of an export, which then ends in a cursor: each has three statements, and D1 limits those of a request to 1,000. */
export const EXPORT_PARTS_MAX = 300;

// Health

/** How long a database has to answer `GET /health`. */
export const HEALTH_TIMEOUT_MS = 2 * SECOND_MS;
/** How long an isolate waits from one check of `GET /health` to the next; an answer is at most twice as old. */
export const HEALTH_CACHED_MS = 5 * SECOND_MS;
/** How long ago the cron of every minute may have ended. */
export const HEALTHY_CRON_MS = 5 * MINUTE_MS;
/** For how long a notification to an endpoint that answers may be due. */
export const HEALTHY_DUE_MS = 5 * MINUTE_MS;
