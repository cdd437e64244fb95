/** Programs that the compiler must reject, in the route table and its operations: `tsc -p test` is the test. */
import type * as v from 'valibot';
import { query, sql } from '../src/db/sql.ts';
import { type AnswerOf, read, write } from '../src/operation.ts';
import { lookup, plan } from '../src/plan.ts';
import type * as accountInput from '../src/resources/accounts/input.ts';
import type * as apiKeyInput from '../src/resources/api-keys/input.ts';
import type * as bookingInput from '../src/resources/bookings/input.ts';
import type * as calendarInput from '../src/resources/calendars/input.ts';
import type * as eventInput from '../src/resources/events/input.ts';
import type * as scheduleInput from '../src/resources/schedules/input.ts';
import type * as serviceInput from '../src/resources/services/input.ts';
import type * as keyInput from '../src/resources/signing-keys/input.ts';
import type * as userInput from '../src/resources/users/input.ts';
import type { Door, FaultsOf, Route } from '../src/route.ts';
import type { routes } from '../src/routes.ts';
import type * as wire from '../src/sdk/types.ts';
import type * as webhookInput from '../src/webhooks/input.ts';

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
/** Exactly these paths have faults. */
export const faults: Equals<
  FaultsOf<typeof paths>,
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

// -------------------------------------------------------------------- the SDK's types are the schemas' input types

/** Only the keys reveal an optional member that is in one type and not in the other. */
type Equals<A, B> = [A, B, keyof A, keyof B] extends [B, A, keyof B, keyof A] ? true : { ours: A; theirs: B };
type Flat<T> = { [K in keyof T]: T[K] };
type Bond<S extends v.GenericSchema, T> = Equals<Flat<v.InferInput<S>>, Flat<T>>;
/** The SDK accepts readonly lists. */
type Writable<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] | undefined ? E[] | undefined : T[K] };
/** The schema accepts more in a recurrence; `faults` checks the contents of its lists. */
type WithoutRule<T> = Flat<Omit<T, 'recurrence'>>;
type RuleOf<T> = keyof NonNullable<T extends { recurrence?: infer Rule } ? Rule : never>;

export const bonds: [
  Bond<typeof accountInput.creation, wire.CreateAccount>,
  Bond<typeof accountInput.publicKey, wire.SetPublicSigningKey>,
  Bond<typeof webhookInput.webhook, wire.SetWebhook>,
  Bond<typeof accountInput.settings, wire.AccountSettingsUpdate>,
  Bond<typeof keyInput.creation, wire.AddSigningKey>,
  Bond<typeof keyInput.change, wire.SetSigningKeyState>,
  Bond<typeof keyInput.inspection, wire.InspectToken>,
  Bond<typeof apiKeyInput.creation, wire.CreateApiKey>,
  Bond<typeof userInput.creation, wire.CreateUser>,
  Bond<typeof userInput.update, wire.UpdateUser>,
  Bond<typeof userInput.revocation, wire.RevokeTokens>,
  Bond<typeof calendarInput.creation, wire.CreateCalendar>,
  Bond<typeof calendarInput.update, wire.UpdateCalendar>,
  Equals<WithoutRule<v.InferInput<typeof eventInput.creation>>, WithoutRule<wire.CreateEvent>>,
  Equals<WithoutRule<v.InferInput<typeof eventInput.update>>, WithoutRule<wire.UpdateEvent>>,
  Equals<RuleOf<v.InferInput<typeof eventInput.creation>>, RuleOf<wire.CreateEvent>>,
  Equals<RuleOf<v.InferInput<typeof eventInput.update>>, RuleOf<wire.UpdateEvent>>,
  Bond<typeof scheduleInput.creation, wire.CreateSchedule>,
  Bond<typeof scheduleInput.update, wire.UpdateSchedule>,
  Bond<typeof serviceInput.creation, wire.CreateService>,
  Bond<typeof serviceInput.update, wire.UpdateService>,
  Bond<typeof serviceInput.newHost, wire.AddServiceUser>,
  Bond<typeof serviceInput.hostUpdate, wire.UpdateServiceUser>,
  Bond<typeof serviceInput.busyCalendar, wire.BusyCalendarChange>,
  Bond<typeof bookingInput.creation, Writable<wire.CreateBooking>>,
  Bond<typeof bookingInput.update, wire.UpdateBooking>,
  wire.Recurrence extends NonNullable<v.InferInput<typeof eventInput.creation>['recurrence']> ? true : false,
] = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
];
