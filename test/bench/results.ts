/** The results of a run, as its JSON file has them. */
import type { Contention } from './contention.ts';
import type { Cost } from './cost.ts';
import type { Distance } from './distance.ts';
import type { Expansion } from './expansion.ts';
import type { Hostile } from './hostile.ts';
import type { ReplicaRead } from './nearest.ts';
import type { NotificationCost } from './notifications.ts';
import type { Opening } from './opening.ts';
import type { Scheduling } from './scheduling.ts';
import type { Start } from './start.ts';
import type { Throughput } from './throughput.ts';
import type { Worst } from './worst.ts';

export interface Results {
  /** ISO 8601. */
  date: string;
  quick: boolean;
  /** For people, such as "2 × AMD EPYC, 24 GB". */
  machine: string;
  throughput: Throughput[];
  distance: Distance[];
  replica: ReplicaRead[];
  opening: Opening[];
  cost: Cost;
  hostile: Hostile;
  expansion: Expansion[];
  start: Start;
  worst: Worst[];
  scheduling: Scheduling[];
  contention: Contention[];
  notifications: NotificationCost[];
}
