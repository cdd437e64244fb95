/** Programs that the compiler must reject, in the route table and its operations: `tsc -p test` is the test. */

import { query, sql } from '../src/db/sql.ts';
import { type AnswerOf, read, write } from '../src/operation.ts';
import { lookup, plan } from '../src/plan.ts';
import type { Door, Route, RouteErrorsOf } from '../src/route.ts';
import type { routes } from '../src/routes.ts';
import type * as wire from '../src/sdk/types.ts';

const reads = read({
  params: ['calendarId'],
  run: (_, { params }) => lookup(query`SELECT ${params.calendarId}`, String),
});
const writes = write({ run: () => plan([sql`DELETE FROM users`], () => null) });

// ------------------------------------------------------------------------------------------------ the table

export const table = {
  good: { method: 'GET', admin: '/calendar/:calendarId', needs: [], does: reads },
  // @ts-expect-error unknown permission
  permission: { method: 'GET', admin: '/calendar/:calendarId', needs: ['ReadCalendar'], does: reads },
  // @ts-expect-error unknown door
  door: { method: 'GET', window: '/calendar/:calendarId', needs: [], does: reads },
  // @ts-expect-error GET must not write
  method: { method: 'GET', admin: '/user', needs: [], does: writes },
  // @ts-expect-error unknown setting
  opens: { method: 'GET', anyone: '/x/:calendarId', opens: 'publicUsers', needs: [], does: reads },
} as const satisfies Record<string, Route>;

// @ts-expect-error missing door
export const doors: Record<Door, null> = { admin: null, user: null, public: null };

const paths = {
  lacks: { method: 'GET', admin: '/calendar/:calendarId', user: '/calendar', needs: [], does: reads },
  misspelt: { method: 'GET', admin: '/calendar/:calenderId', needs: [], does: reads },
  unread: { method: 'DELETE', admin: '/user/:userId/:eventId', owner: 'userId', needs: [], does: writes },
  ownerless: { method: 'DELETE', admin: '/user', user: '/me', owner: 'userId', needs: [], does: writes },
} as const satisfies Record<string, Route>;
/** Exactly these paths have errors. */
export const pathErrors: Equals<
  RouteErrorsOf<typeof paths>,
  | '/calendar lacks :calendarId'
  | '/calendar/:calenderId lacks :calendarId'
  | '/calendar/:calenderId has :calenderId, which is not read'
  | '/user/:userId/:eventId has :eventId, which is not read'
  | '/user lacks :userId'
> = true;

// --------------------------------------------------------------------------------------------- the operations

// @ts-expect-error a read must not contain a statement that writes
read({ run: () => plan([sql`DELETE FROM users`], () => null) });
// @ts-expect-error a read must not continue with a plan that writes
read({ run: () => plan([query`SELECT 1`], () => plan([sql`DELETE FROM users`], () => null)) });
// @ts-expect-error undeclared parameter
read({ params: ['calendarId'], run: (_, { params }) => lookup(query`SELECT ${params.eventId}`, String) });
// @ts-expect-error unknown parameter
read({ params: ['calendar'], run: () => lookup(query`SELECT 1`, String) });
// @ts-expect-error body without a schema
write({ run: (_, { body }) => plan([sql`SELECT ${body.name}`], () => null) });

/** The type of an operation's answer follows from the route table. */
type Answer<Name extends keyof typeof routes> = AnswerOf<(typeof routes)[Name]['does']>;
export const answers: [
  Equals<Answer<'getUser'>, wire.UserResult>,
  Equals<Answer<'createCalendar'>, wire.CalendarResult>,
  Equals<Answer<'getFreebusy'>, wire.FreebusyResult>,
  Equals<Answer<'addApiKey'>, wire.CreateApiKeyResult>,
  Equals<Answer<'inspectToken'>, wire.Inspection>,
] = [true, true, true, true, true];

/** Only the keys reveal an optional member that is in one type and not in the other. */
type Equals<A, B> = [A, B, keyof A, keyof B] extends [B, A, keyof B, keyof A] ? true : { ours: A; theirs: B };
