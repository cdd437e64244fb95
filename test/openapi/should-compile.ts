/**
 * The OpenAPI description and the code have equal types. `tsc -p test/openapi` is the test. The operations return the
 * SDK's types, and each body has the SDK's type that the description of its route names.
 */
import type * as v from 'valibot';
import type { Bodies } from '../../dist/test/bodies.d.ts';
import type { Described } from '../../dist/test/described.d.ts';
import type { Part } from '../../src/export/part.ts';
import type { words } from '../../src/openapi/words.ts';
import type { AnswerOf } from '../../src/operation.ts';
import type { TextDocument } from '../../src/plan.ts';
import type { routes } from '../../src/routes.ts';
import type * as wire from '../../src/sdk/types.ts';

type Routes = typeof routes;
type Name = keyof Routes;
type Words<N extends Name> = (typeof words)[N];

/** The routes whose answer differs from its description. */
type WrongAnswers = {
  [N in Name]: Words<N> extends { answer: infer Type extends keyof Described }
    ? Differs<LineOf<AnswerOf<Routes[N]['does']>>, Described[Type], N>
    : `${N} has no such answer`;
}[Name];
/** The description of a streamed answer is that of one line, and that of a text is a string. */
type LineOf<A> = A extends Part<infer Line> ? Line : A extends TextDocument ? string : A;
export const answers: [WrongAnswers] extends [never] ? true : WrongAnswers = true;

/** The routes whose body differs from its type in the description or in the SDK. */
type WrongBodies = {
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
export const bodies: [WrongBodies] extends [never] ? true : WrongBodies = true;

/** The input type of the body's schema. */
type BodyOf<N extends Name> =
  Exclude<Routes[N]['does']['body'], undefined> extends infer S extends v.GenericSchema
    ? v.InferInput<S>
    : never;

/** Compares only the members of a recurrence: its schema accepts any list entries, as `recurrenceErrors` checks them. */
type Loose<T> = T extends { recurrence?: infer Rule }
  ? Omit<T, 'recurrence'> & { recurrence?: Members<Rule> }
  : T;
export const recurrence: wire.Recurrence extends NonNullable<BodyOf<'createEvent'>['recurrence']>
  ? true
  : false = true;

/** The SDK has the same types under the same names. */
export const sdk: [
  Differs<wire.Problem, Described['Problem'], 'Problem'>,
  Differs<wire.CalendarEvent, Described['CalendarEvent'], 'CalendarEvent'>,
] extends [never, never]
  ? true
  : false = true;

type Differs<A, B, Label> = [Plain<A>, Plain<B>, Members<A>, Members<B>] extends [
  Plain<B>,
  Plain<A>,
  Members<B>,
  Members<A>,
]
  ? never
  : Label;

/** Makes all members required, as `Plain` ignores an optional member that only one of the types has. */
type Members<T> = T extends readonly (infer Entry)[]
  ? Members<Entry>[]
  : T extends object
    ? { [Key in keyof T]-?: Members<T[Key]> }
    : 'value';

/** JSON Schema has neither template literals nor readonly lists. */
type Plain<T> = T extends `${number}${infer _}`
  ? string
  : T extends readonly (infer Entry)[]
    ? Plain<Entry>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;
