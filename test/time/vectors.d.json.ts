/** The types of vectors.json, as the compiler takes a second to infer them from 550 kB. */
import type { Recurrence, Weekday } from '../../src/sdk/types.ts';

export interface Vector {
  name: string;
  zone: string;
  weekStart: Weekday;
  startTs: number;
  duration: number;
  recurrence: Recurrence;
  exdates: number[];
  window: [number, number];
  starts: number[];
}

declare const vectors: Vector[];
export default vectors;
