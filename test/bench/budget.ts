/** How much a run measures, and for how long. */
export interface Budget {
  /** The users who send requests, in each account. */
  actors: number;
  rounds: number;
  roundSeconds: number;
  warmUpSeconds: number;
  /** How long to load each Worker with each operation, with the database far away. */
  distanceSeconds: number;
  /** The users of a small account, and of a large one. */
  users: readonly [number, number];
  /** The requests for each kind of series, and for each of the worst requests. */
  expansions: number;
  /** The reminders that are due in one minute. */
  reminders: number;
  /** The hostile rows of each kind, few and many, and the requests among them. */
  hostileRows: readonly [number, number];
  hostileRequests: number;
  /** Whether requests contend far from the database and beside an attacker, too. */
  contention: 'near' | 'everywhere';
  /** The requests of each kind with the database on the other side of the earth. */
  farRequests: number;
  /** The new isolates that are started. */
  starts: number;
}

/** The full run takes less than five minutes. */
export const full: Budget = {
  actors: 32,
  rounds: 7,
  roundSeconds: 0.7,
  warmUpSeconds: 0.4,
  distanceSeconds: 1,
  users: [1_000, 100_000],
  expansions: 9,
  reminders: 10_000,
  hostileRows: [2_000, 20_000],
  hostileRequests: 60,
  contention: 'everywhere',
  farRequests: 25,
  starts: 20,
};

/** The quick run, for CI, takes a few minutes. Its counts are as good as those of the full run, its times are not. */
export const quick: Budget = {
  actors: 16,
  rounds: 1,
  roundSeconds: 0.15,
  warmUpSeconds: 0.05,
  distanceSeconds: 0.1,
  users: [1_000, 10_000],
  expansions: 1,
  reminders: 1_000,
  hostileRows: [300, 3_000],
  hostileRequests: 5,
  contention: 'near',
  farRequests: 2,
  starts: 4,
};
