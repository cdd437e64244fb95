/** The types of vectors.json, as the compiler takes seconds to infer them from 850 kB. */
import type { MultiPerson } from '../../src/sdk/types.ts';
import type { Session } from '../../src/slots/slots.ts';

export type Event = [start: number, end: number, calendar: string, busy: boolean, service: string | null];

export interface VectorHost {
  id: string;
  availability: 'Schedule' | 'Calendar' | 'Empty';
  schedule?: { zone: string; rules: [day: string, ...bounds: [number, number][]][] };
  events: Event[];
  busy: string;
  buffers: Record<string, [before: number, after: number]>;
  closest: number;
  furthest: number | null;
}

export interface Vector {
  name: string;
  zone: string;
  dates: [string, string];
  interval: number;
  duration: number;
  now: number;
  multiPerson: MultiPerson;
  sessions: Session[];
  hosts: VectorHost[];
  answer: Record<string, [start: number, ids: string][]>;
}

declare const vectors: Vector[];
export default vectors;
