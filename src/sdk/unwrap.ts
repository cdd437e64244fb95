/** Turns an answer into its data, or throws its error. */
import type { Answer } from './answer.ts';

/**
 * Returns the data of an answer, or of the promise of one: `await unwrap(client.user.me())`.
 *
 * @throws {NettuProblem} the error of the answer.
 */
export function unwrap<T>(answer: Answer<T>): T;
export function unwrap<T>(answer: Promise<Answer<T>>): Promise<T>;
export function unwrap<T>(answer: Answer<T> | Promise<Answer<T>>): T | Promise<T> {
  if ('then' in answer) return answer.then((resolved) => unwrap(resolved));
  if (answer.error) throw answer.error;
  return answer.data;
}
