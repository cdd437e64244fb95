/** The instances of an independent reading of RFC 5545, which vectors.py writes; see there. */
import { expect, test } from 'vitest';
import { instances } from '../../src/time/recurrence.ts';
import { recurrenceErrors } from '../../src/time/recurrence-errors.ts';
import vectors from './vectors.json' with { type: 'json' };
import type { Vector } from './vectors.json';

const kinds = Map.groupBy(vectors, ({ name }) => name.split(':')[0] ?? '');

test.each([...kinds])('every vector of kind %s', (_, vectors) => {
  const wrong = vectors.filter((vector) => instancesOf(vector).join() !== vector.starts.join());
  expect(wrong).toEqual([]);
});

test('the vectors are recurrences that the contract allows', () => {
  const tooLong = /until/; // two examples of the RFC go on for more than 732 days
  const refused = [...kinds.values()]
    .flat()
    .flatMap(({ recurrence, startTs }) => recurrenceErrors(recurrence, startTs));
  expect(refused.filter(({ path }) => !tooLong.test(path))).toEqual([]);
});

function instancesOf({ zone, weekStart, window: [startTs, endTs], starts: _, name: __, ...series }: Vector) {
  return instances({ ...series, busy: true }, zone, weekStart, { startTs, endTs }).map(
    ({ startTs }) => startTs,
  );
}
