/**
 * The description and the code cannot drift: types made of the one are those of the other. `tsc -p test/openapi` is
 * the test. The operations answer with the SDK's types, and each body is of the SDK's type that the words of its route name.
 */
import type * as v from 'valibot';
import type { Bodies } from '../../dist/test/bodies.d.ts';
import type { Described } from '../../dist/test/described.d.ts';
import type { Part } from '../../src/export/part.ts';
import type { words } from '../../src/openapi/words.ts';
import type { AnswerOf } from '../../src/operation.ts';
import type { routes } from '../../src/routes.ts';
import type * as wire from '../../src/sdk/types.ts';

type Routes = typeof routes;
type Name = keyof Routes;
type Words<N extends Name> = (typeof words)[N];

/** Each of these routes answers something else than its words say. */
type AnswersAmiss = {
  [N in Name]: Words<N> extends { answer: infer Type extends keyof Described }
    ? Differs<LineOf<AnswerOf<Routes[N]['does']>>, Described[Type], N>
    : `${N} has no such answer`;
}[Name];
/** An answer that comes in parts is described line by line. */
type LineOf<A> = A extends Part<infer Line> ? Line : A;
export const answers: [AnswersAmiss] extends [never] ? true : AnswersAmiss = true;

/** Each of these routes takes another body than its words say: than the description has, or the SDK, under that name. */
type BodiesAmiss = {
  [N in Name]: [BodyOf<N>] extends [never]
    ? Words<N> extends { body: string }
      ? `${N} takes no body`
      : never
    : Words<N> extends { body: infer Type extends keyof Described }
      ? N extends keyof Bodies
        ? Differs<BodyOf<N>, Described[Type], N> | Differs<Loose<BodyOf<N>>, Loose<Bodies[N]>, N>
        : never
      : `${N} has no such body`;
}[Name];
export const bodies: [BodiesAmiss] extends [never] ? true : BodiesAmiss = true;

/** What the schema of the body takes. */
type BodyOf<N extends Name> =
  Exclude<Routes[N]['does']['body'], undefined> extends infer S extends v.GenericSchema
    ? v.InferInput<S>
    : never;

/** The schema of a recurrence is wider in its lists, as `faults` says what may be in them: its members alone are compared. */
type Loose<T> = T extends { recurrence?: infer Rule }
  ? Omit<T, 'recurrence'> & { recurrence?: Members<Rule> }
  : T;
export const recurrence: wire.Recurrence extends NonNullable<BodyOf<'createEvent'>['recurrence']>
  ? true
  : false = true;

/** And under the same names the SDK has the same types. */
export const sdk: [
  Differs<wire.Problem, Described['Problem'], 'Problem'>,
  Differs<wire.CalendarEvent, Described['CalendarEvent'], 'CalendarEvent'>,
] extends [never, never]
  ? true
  : false = true;

type Differs<A, B, Told> = [Plain<A>, Plain<B>, Members<A>, Members<B>] extends [
  Plain<B>,
  Plain<A>,
  Members<B>,
  Members<A>,
]
  ? never
  : Told;

/** All members as required ones: an optional member that only one type has makes no difference to `Plain`. */
type Members<T> = T extends readonly (infer Entry)[]
  ? Members<Entry>[]
  : T extends object
    ? { [Key in keyof T]-?: Members<T[Key]> }
    : 'value';

/** JSON Schema has no word for template literals, and none for lists that nobody may change. */
type Plain<T> = T extends `${number}${infer _}`
  ? string
  : T extends readonly (infer Entry)[]
    ? Plain<Entry>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;
