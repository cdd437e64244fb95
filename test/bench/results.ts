/** What a run found, as it is kept in its JSON file. */
import type { Cost } from './cost.ts';
import type { Distance } from './distance.ts';
import type { Expansion } from './expansion.ts';
import type { Nearest } from './nearest.ts';
import type { Notifying } from './notifications.ts';
import type { Opening } from './opening.ts';
import type { Scheduling } from './scheduling.ts';
import type { Start } from './start.ts';
import type { Throughput } from './throughput.ts';
import type { Worst } from './worst.ts';

export interface Results {
  /** ISO 8601. */
  date: string;
  quick: boolean;
  /** In words. */
  machine: string;
  throughput: Throughput[];
  distance: Distance[];
  nearest: Nearest[];
  opening: Opening[];
  cost: Cost;
  expansion: Expansion[];
  start: Start;
  worst: Worst[];
  scheduling: Scheduling[];
  notifications: Notifying[];
}
