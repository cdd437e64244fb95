/** Instances equal those of vectors.py, an independent implementation of RFC 5545. */
import { expect, test } from 'vitest';
import { instances } from '../../src/time/recurrence.ts';
import { recurrenceErrors } from '../../src/time/recurrence-errors.ts';
import vectors from './vectors.json' with { type: 'json' };
import type { Vector } from './vectors.json';

const kinds = Map.groupBy(vectors, ({ name }) => name.split(':')[0] ?? '');

test.each([...kinds])('matches every vector of kind %s', (_, vectors) => {
  const wrong = vectors.filter((vector) => instancesOf(vector).join() !== vector.starts.join());
  expect(wrong).toEqual([]);
});

test('the contract allows the recurrence of every vector', () => {
  const tooLong = /until/; // two examples of the RFC last more than 732 days
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
