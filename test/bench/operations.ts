/**
 * The operations that the bench measures, one row each. A new row also needs a handler in references/limit.ts and in
 * references/sequential.ts, or it does not compile. Every section of the bench then measures it.
 */
import type { D1Database } from '@cloudflare/workers-types';
import type { Actor } from './fixture.ts';
import {
  busyCalendars,
  fillBusyCalendars,
  fillFullCalendar,
  fullCalendar,
  week,
  weekQuery,
} from './full-calendars.ts';

export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  /** Under `/api/v1`. */
  readonly path: (actor: Actor) => string;
  readonly credentials: keyof typeof credentials;
  readonly body?: (actor: Actor) => object;
  /** Whether each request has an `Idempotency-Key` of its own. */
  readonly keyed?: true;
  /** The expected status. Any other status fails the bench. */
  readonly status: number;
  /** The limit of D1 round trips, once the isolate has cached the account. */
  readonly trips: 0 | 1;
  /** Adds the rows that the operation needs besides the fixture. */
  readonly prepare?: (db: D1Database, actors: readonly Actor[]) => Promise<unknown>;
  /** The lowest acceptable rate, as a multiple of the rate of a reference, or of another operation of ours. */
  readonly goals?: {
    readonly limit?: number;
    readonly sequential?: number;
    readonly faster?: { readonly times: number; readonly than: string };
  };
}

/** The headers of each kind of credential. */
const credentials = {
  none: () => ({}),
  'api key': ({ apiKey }: Actor) => ({ 'x-api-key': apiKey }),
  token: ({ token }: Actor) => ({ authorization: `Bearer ${token}` }),
  'expired token': ({ expiredToken }: Actor) => ({ authorization: `Bearer ${expiredToken}` }),
  'forged token': ({ forgedToken }: Actor) => ({ authorization: `Bearer ${forgedToken}` }),
};

const byCohort = ({ cohort }: Actor) => `/user/meta?key=cohort&value=${cohort}`;
const calendar = ({ calendar }: Actor) => `/calendar/${calendar}`;
const oslo = () => ({ timezone: 'Europe/Oslo', weekStart: 'Mon', metadata: { color: 'red' } });
const member = ({ cohort }: Actor) => ({ metadata: { plan: 'free', cohort } });
const me = () => '/me';
const meeting = ({ calendar: calendarId }: Actor) => ({
  calendarId,
  startTs: week.startTs,
  duration: 3_600_000,
  busy: true,
  recurrence: { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Wed', 'Fri'], count: 20 },
});
const fullWeek = (actor: Actor) => `/calendar/${fullCalendar(actor)}/events?${weekQuery}`;
const freebusy = (actor: Actor) =>
  `/user/${actor.user}/freebusy?${weekQuery}&calendarIds=${busyCalendars(actor)}`;

const reads = 'user reads calendar';

// biome-ignore format: a table is read down its columns
const table = [
  { name: reads,                           method: 'GET',     path: calendar,           credentials: 'token',         status: 200, trips: 1, goals: { limit: 0.9, sequential: 2 } },
  { name: 'user creates calendar',         method: 'POST',    path: () => '/calendar',  credentials: 'token',         status: 201, trips: 1, body: oslo, goals: { limit: 0.85 } },
  { name: 'the same, safe to retry',       method: 'POST',    path: () => '/calendar',  credentials: 'token',         status: 201, trips: 1, body: oslo, keyed: true },
  { name: 'GET /me',                       method: 'GET',     path: me,                 credentials: 'token',         status: 200, trips: 1 },
  { name: 'account creates user',          method: 'POST',    path: () => '/user',      credentials: 'api key',       status: 201, trips: 1, body: member },
  { name: 'account reads by metadata',     method: 'GET',     path: byCohort,           credentials: 'api key',       status: 200, trips: 1 },
  { name: 'account lists users',           method: 'GET',     path: () => '/user',      credentials: 'api key',       status: 200, trips: 1 },
  { name: 'expired token refused',         method: 'GET',     path: calendar,           credentials: 'expired token', status: 401, trips: 0, goals: { faster: { times: 3, than: reads } } },
  { name: 'forged token refused',          method: 'GET',     path: calendar,           credentials: 'forged token',  status: 401, trips: 1 },
  { name: 'user creates event',            method: 'POST',    path: () => '/events',    credentials: 'token',         status: 201, trips: 1, body: meeting },
  { name: 'week of 200 recurring events',  method: 'GET',     path: fullWeek,           credentials: 'token',         status: 200, trips: 1, prepare: fillFullCalendar },
  { name: 'free/busy of 5 calendars',      method: 'GET',     path: freebusy,           credentials: 'none',          status: 200, trips: 1, prepare: fillBusyCalendars },
  { name: 'preflight',                     method: 'OPTIONS', path: calendar,           credentials: 'none',          status: 204, trips: 0 },
] as const satisfies readonly Operation[];

export type OperationName = (typeof table)[number]['name'];

export const operations: readonly Operation[] = table;

/** A request as it goes over the wire, to our Worker and to the references alike. */
export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * The request of an actor for an operation. The headers `x-operation` and `x-user` give the route and the caller to the
 * references, which do no routing and no authentication. Our Worker ignores them, like any unknown header.
 */
export function callOf(operation: Operation, actor: Actor): Call {
  const body = operation.body?.(actor);
  return {
    method: operation.method,
    path: `/api/v1${operation.path(actor)}`,
    headers: {
      'nettu-account': actor.account,
      'x-operation': operation.name,
      'x-user': actor.user,
      ...credentials[operation.credentials](actor),
      ...(body && { 'content-type': 'application/json' }),
      ...(operation.keyed && { 'idempotency-key': crypto.randomUUID() }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
}
