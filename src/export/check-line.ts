/**
 * Holds the lines of a copy to the schemas and limits of the routes, so that an import stores nothing that no request could
 * have stored.
 */
import * as v from 'valibot';
import {
  API_KEY_NAME_MAX_CHARS,
  API_KEYS_MAX,
  BUSY_CALENDARS_MAX,
  EVENT_MAX_MS,
  EXDATES_MAX,
  FEED_NAME_MAX_CHARS,
  HOSTS_MAX,
  IMPORT_UID_MAX_CHARS,
  INSTANT_MAX_TS_MS,
  KEEP_CANCELLED_MAX_DAYS,
  KEEP_CANCELLED_MIN_DAYS,
  LIVE_SIGNING_KEYS_MAX,
  SIGNING_KEYS_MAX,
  WEBHOOK_SECRETS_MAX,
  WEBHOOKS_MAX,
} from '../limits.ts';
import { Problem } from '../problem.ts';
import * as calendars from '../resources/calendars/input.ts';
import * as events from '../resources/events/input.ts';
import * as schedules from '../resources/schedules/input.ts';
import * as services from '../resources/services/input.ts';
import * as signingKeys from '../resources/signing-keys/input.ts';
import * as users from '../resources/users/input.ts';
import { DAY_MS } from '../time/units.ts';
import { dateOfMoment, dayOfSpan, spanInAnyZone } from '../time/whole-days.ts';
import {
  inLowerCase,
  integer,
  isUuid,
  list,
  metadata,
  nullIsAbsent,
  shape,
  text,
  timestamp,
  uuid,
  validate,
} from '../validation/schemas.ts';
import * as webhooks from '../webhooks/input.ts';
import type { Line } from './import.ts';

const count = integer(0, Number.MAX_SAFE_INTEGER);
const flag = integer(0, 1);
const time = v.nullable(timestamp);
const id = v.nullable(uuid());
const token = text(1, 64);
/** A member that the schema of a route holds: see `byRoute`. */
const byItsRoute = v.unknown();

const own = { id: uuid(), version: count };
/** The id of an override: see overrides-sql.ts. */
const OVERRIDE_ID = /^[0-9a-f-]{36}\/\d{1,16}$/;

const webhookSecret = v.pipe(
  v.string('must be a string'),
  v.regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and base64'),
);
const secret = v.nullable(webhookSecret);
const oldSecrets = list(
  v.tuple([webhookSecret, timestamp], 'must be a secret and a time'),
  WEBHOOK_SECRETS_MAX,
);
const pausedBecause = v.nullable(
  v.picklist(['gone', 'failing', 'requested'], 'must be gone, failing or requested'),
);
const hash = v.pipe(v.string('must be a string'), v.regex(/^[\w-]{43}$/, 'must be a SHA-256 in base64url'));

/** The members that only an export has, by type; the schemas of the routes hold the others. */
const schemas = {
  account: shape({
    ...own,
    publicFreebusy: flag,
    publicBooking: flag,
    created: timestamp,
    nearest: flag,
    keepCancelledDays: v.optional(integer(KEEP_CANCELLED_MIN_DAYS, KEEP_CANCELLED_MAX_DAYS, 'days')),
  }),
  user: shape({ ...own, metadata: byItsRoute, notBefore: time, agenda: count }), // words: allow, exports have this member
  calendar: shape({
    ...own,
    userId: uuid(),
    timezone: byItsRoute,
    weekStart: v.string('must be the name of a day'),
    metadata: byItsRoute,
  }),
  event: shape({
    version: count,
    id: v.union([uuid(), v.pipe(v.string(), v.regex(OVERRIDE_ID))], 'must be a UUID'),
    userId: uuid(),
    calendarId: byItsRoute,
    startTs: byItsRoute,
    duration: byItsRoute,
    busy: flag,
    recurrence: byItsRoute,
    reminders: byItsRoute,
    timezone: v.nullish(byItsRoute),
    days: v.nullish(byItsRoute),
    serviceId: byItsRoute,
    metadata: byItsRoute,
    exdates: list(integer(0, INSTANT_MAX_TS_MS, 'milliseconds'), EXDATES_MAX),
    created: timestamp,
    updated: timestamp,
    lastStart: v.nullable(integer(-DAY_MS, INSTANT_MAX_TS_MS, 'milliseconds')),
    session: v.nullable(token),
    expiresAt: time,
    overridden: v.optional(v.record(v.pipe(v.string(), v.regex(/^\d{1,16}$/)), count)),
    originalTs: v.optional(v.nullable(integer(0, INSTANT_MAX_TS_MS, 'milliseconds'))),
    differs: v.optional(
      v.nullable(list(v.picklist(['startTs', 'duration', 'busy', 'metadata', 'reminders']), 5)),
    ),
  }),
  schedule: shape({ ...own, userId: uuid(), timezone: byItsRoute, rules: byItsRoute, metadata: byItsRoute }),
  service: shape({ ...own, multiPerson: byItsRoute, metadata: byItsRoute, revision: count }),
  host: shape({
    version: count,
    serviceId: uuid(),
    userId: uuid(),
    scheduleId: id,
    calendarId: id,
    bufferBefore: byItsRoute,
    bufferAfter: byItsRoute,
    closest: byItsRoute,
    furthest: byItsRoute,
    bookingCalendarId: id,
    busy: list(uuid(), BUSY_CALENDARS_MAX),
  }),
  booking: shape({
    ...own,
    serviceId: uuid(),
    session: v.nullable(token),
    startTs: events.startTs,
    duration: integer(0, EVENT_MAX_MS, 'milliseconds'),
    state: v.picklist(['held', 'confirmed', 'cancelled'], 'must be held, confirmed or cancelled'),
    expiresAt: time,
    hosts: list(uuid(), HOSTS_MAX),
    events: list(uuid(), HOSTS_MAX),
    bookedBy: id,
    metadata,
    created: timestamp,
    updated: timestamp,
    stamp: token, // words: allow, exports have this member
  }),
  importedEvent: shape({
    calendarId: uuid(),
    eventId: uuid(),
    uid: text(1, IMPORT_UID_MAX_CHARS),
    piece: text(0, 64),
    sequence: count,
    modified: timestamp,
  }),
  subscription: shape({
    calendarId: uuid(),
    ...calendars.subscription,
    fetchedAt: time,
    changedAt: time,
    error: v.nullable(text(1, 1000)),
  }),
  feed: shape({
    id: uuid(),
    calendarId: uuid(),
    hash,
    name: v.nullable(text(1, FEED_NAME_MAX_CHARS)),
    detail: v.picklist(['full', 'busy'], 'must be full or busy'),
    hint: text(4, 4),
    created: timestamp,
  }),
  signingKey: shape({
    version: count,
    kid: byItsRoute,
    pem: byItsRoute,
    state: byItsRoute,
    retiresAt: time,
    created: timestamp,
  }),
  apiKey: shape({
    id: uuid(),
    hash,
    name: v.nullable(text(1, API_KEY_NAME_MAX_CHARS)),
    hint: text(4, 4),
    created: timestamp,
    expiresAt: time,
  }),
  webhook: shape({
    url: byItsRoute,
    key: v.nullable(token),
    secret: byItsRoute,
    oldSecret: byItsRoute,
    oldSecretUntil: time,
    events: byItsRoute,
    id: v.optional(id),
    version: v.optional(count),
    oldSecrets: v.optional(oldSecrets),
    description: v.nullish(byItsRoute),
    headers: v.optional(byItsRoute),
    pausedAt: v.optional(time),
    pausedBecause: v.optional(pausedBecause),
  }),
  endpoint: shape({
    ...own,
    url: byItsRoute,
    key: token,
    secret: byItsRoute,
    oldSecret: byItsRoute,
    oldSecretUntil: time,
    oldSecrets,
    events: byItsRoute,
    description: byItsRoute,
    headers: byItsRoute,
    pausedAt: time,
    pausedBecause,
  }),
} as const;

type Type = keyof typeof schemas;

/** An event of whole days as its route takes it, where its line has the times that the database stores of it. */
function withDates(line: Line): Line {
  const { days, startTs, duration, recurrence, timezone, ...rest } = line;
  if (typeof days !== 'number' || typeof startTs !== 'number') return line;
  const span = spanInAnyZone(dayOfSpan(startTs), days);
  if (startTs !== span.startTs || duration !== span.duration) return line;
  const { until } = (recurrence ?? {}) as { until?: unknown };
  const inDates =
    typeof until === 'number' ? { ...(recurrence as object), until: dateOfMoment(until) } : recurrence;
  return { ...rest, days, date: dateOfMoment(dayOfSpan(startTs) * DAY_MS), recurrence: inDates };
}

/** What the route that creates a resource would say of it. */
const byRoute: { [T in Type]?: (line: Line) => unknown } = {
  user: ({ metadata }) => validate(users.creation, { metadata }),
  calendar: ({ timezone, weekStart, metadata }) =>
    validate(calendars.creation, { timezone, weekStart, metadata }),
  event: ({ busy, ...line }) => validate(events.stored, { ...withDates(line), busy: busy === 1 }),
  schedule: ({ timezone, rules, metadata }) => validate(schedules.complete, { timezone, rules, metadata }),
  service: ({ multiPerson, metadata }) => validate(services.creation, { multiPerson, metadata }),
  host: ({ userId, bufferBefore, bufferAfter, closest, furthest, bookingCalendarId }) =>
    validate(services.newHost, {
      userId,
      bufferBefore,
      bufferAfter,
      closestBookingTime: closest,
      furthestBookingTime: furthest,
      bookingCalendarId,
    }),
  signingKey: ({ pem, kid, state, retiresAt }) => {
    validate(signingKeys.creation, { publicJwtKey: pem, kid });
    validate(signingKeys.change, { state, retiresAt });
    return signingKeys.publicKeyIn(pem as string);
  },
  webhook: ({ url, secret: current, oldSecret, ...line }) => {
    validate(shape({ secret, oldSecret: secret }), { secret: current, oldSecret });
    return validate(webhooks.creation, { ...line, url: url ?? 'https://removed.invalid' });
  },
  endpoint: ({ secret: current, oldSecret, ...line }) => {
    validate(shape({ secret: webhookSecret, oldSecret: secret }), { secret: current, oldSecret });
    return validate(webhooks.creation, line);
  },
};

/** The most lines of a type. */
const MOST: { [T in Type]?: number } = {
  account: 1,
  webhook: 1,
  endpoint: WEBHOOKS_MAX,
  signingKey: SIGNING_KEYS_MAX,
  apiKey: API_KEYS_MAX,
};

/** The members that hold ids. An import stores them as they are, so they must be in the case in which requests look them up. */
const IDS = /^(?:id|\w+Id|bookedBy|busy|hosts|events)$/;

/** Members of `byItsRoute` whose column takes null. Elsewhere a route takes null for an absent member, and a column does not. */
const NULLABLE = ['recurrence', 'serviceId', 'furthest', 'url', 'secret', 'oldSecret', 'description'];

function nullIn(type: Type, line: Line): string | null {
  for (const [member, schema] of Object.entries<v.GenericSchema>(schemas[type].entries)) {
    const refused = schema === byItsRoute ? !NULLABLE.includes(member) : nullIsAbsent(schema);
    if (line[member] === null && refused) return member;
  }
  const parts = Object.entries((line.recurrence ?? {}) as object);
  const [part] = parts.find(([, value]) => value === null) ?? [];
  return part === undefined ? null : `recurrence.${part}`;
}

const inCapitals = (value: unknown): boolean =>
  [value].flat().some((id) => isUuid(String(id)) && id !== inLowerCase(String(id)));

/** Which members name a row of which type. An import drops the row of a parent that is missing, so they are not here. */
const REFERENCES: { [T in Type]?: Readonly<Record<string, Type>> } = {
  host: { scheduleId: 'schedule', calendarId: 'calendar', bookingCalendarId: 'calendar' },
};

/**
 * Makes the function that checks the lines of one copy, in their order.
 *
 * @param account the account of the copy, as its first line names it.
 * @returns a function that answers why a line is refused, or null. It never repeats the value of a line.
 */
export function lineChecker(account: unknown): (line: Line) => Promise<string | null> {
  const ids = new Map<string, Set<unknown>>();
  const counts = new Map<string, number>();
  let liveKeys = 0;
  const seen = (type: string) => {
    const known = ids.get(type) ?? new Set();
    ids.set(type, known);
    return known;
  };

  function ofCopy(line: Line): string | null {
    const type = line.type as Type;
    const lines = (counts.get(type) ?? 0) + 1;
    counts.set(type, lines);
    const most = MOST[type] ?? Number.POSITIVE_INFINITY;
    if (lines > most) return `an account has at most ${most} lines of ${type}`;
    if (type === 'account' && line.id !== account) return 'id is not the account of the first line';
    if (type === 'signingKey' && line.state !== 'revoked') liveKeys += 1;
    if (liveKeys > LIVE_SIGNING_KEYS_MAX) {
      return `an account has at most ${LIVE_SIGNING_KEYS_MAX} signing keys that are not revoked`;
    }
    const member = nullIn(type, line);
    if (member !== null) return `${member} must not be null`;
    for (const [member, value] of Object.entries(line)) {
      if (IDS.test(member) && inCapitals(value)) return `${member} must be in lower case`;
    }
    const name = line.id ?? line.kid ?? (type === 'host' ? `${line.serviceId} ${line.userId}` : undefined);
    if (name !== undefined && seen(type).has(name)) return `another line of ${type} has the same id`;
    if (name !== undefined) seen(type).add(name);
    if (type === 'host') {
      const hosts = `hosts of ${line.serviceId}`;
      counts.set(hosts, (counts.get(hosts) ?? 0) + 1);
      if ((counts.get(hosts) ?? 0) > HOSTS_MAX) return `a service has at most ${HOSTS_MAX} hosts`;
      if (line.scheduleId !== null && line.calendarId !== null) {
        return 'scheduleId and calendarId are both set';
      }
    }
    if (
      type === 'booking' &&
      line.state !== 'cancelled' &&
      (line.state === 'held') !== (line.expiresAt !== null)
    ) {
      return 'expiresAt must be set if the state is held, and only then';
    }
    if (type === 'webhook' && [line.key, line.secret].some((one) => (one === null) !== (line.url === null))) {
      return 'url, key and secret must be set together';
    }
    for (const [member, of] of Object.entries(REFERENCES[type] ?? {})) {
      if (line[member] !== null && !seen(of).has(line[member])) return `${member} names no ${of} of the copy`;
    }
    return null;
  }

  return async (line) => {
    try {
      const type = line.type as Type;
      validate(schemas[type], line);
      await byRoute[type]?.(line);
      return ofCopy(line);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const [first] = error.extra.errors ?? [];
      return first ? `${first.path} ${first.reason}` : error.message;
    }
  };
}
