/** The types of occurrences.json: see occurrences.py. */
import type { Recurrence, Weekday } from '../../src/sdk/types.ts';

export type OccurrenceVector = [
  kind: string,
  zone: string,
  weekStart: Weekday,
  startTs: number,
  duration: number,
  recurrence: Recurrence,
  exdates: number[],
  overrides: [originalStartTs: number, startTs: number, duration: number][],
  window: [startTs: number, endTs: number],
  occurrences: (number | [startTs: number, endTs: number, originalStartTs: number])[],
];

declare const vectors: OccurrenceVector[];
export default vectors;
