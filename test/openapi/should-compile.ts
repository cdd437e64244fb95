/**
 * The description and the code cannot drift: types made of the one are those of the other. `tsc -p test/openapi` is
 * the test. The operations answer with the SDK's types, and test/should-not-compile.ts has bonds from what the
 * schemas take to the SDK's requests.
 */
import type * as v from 'valibot';
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

/** Each of these routes takes another body than its words say. */
type BodiesAmiss = {
  [N in Name]: [SchemaOf<N>] extends [never]
    ? Words<N> extends { body: string }
      ? `${N} takes no body`
      : never
    : Words<N> extends { body: infer Type extends keyof Described }
      ? Differs<v.InferInput<SchemaOf<N>>, Described[Type], N>
      : `${N} has no such body`;
}[Name];
type SchemaOf<N extends Name> = Exclude<Routes[N]['does']['body'], undefined>;
export const bodies: [BodiesAmiss] extends [never] ? true : BodiesAmiss = true;

/** And under the same names the SDK has the same types. */
export const sdk: [
  Differs<wire.Problem, Described['Problem'], 'Problem'>,
  Differs<wire.CalendarEvent, Described['CalendarEvent'], 'CalendarEvent'>,
] extends [never, never]
  ? true
  : false = true;

type Differs<A, B, Told> = [Plain<A>, Plain<B>] extends [Plain<B>, Plain<A>] ? never : Told;

/** JSON Schema has no word for template literals, and none for lists that nobody may change. */
type Plain<T> = T extends `${number}${infer _}`
  ? string
  : T extends readonly (infer Entry)[]
    ? Plain<Entry>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;
