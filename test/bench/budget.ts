/** How long a run may take, and of what. */
export interface Budget {
  /** Users that requests are made for, in each account. */
  actors: number;
  rounds: number;
  roundSeconds: number;
  warmUpSeconds: number;
  /** For each operation and Worker, with the database far away. */
  distanceSeconds: number;
  /** In one account: few, and many. */
  users: readonly [number, number];
  /** Requests for each kind of series, and of each of the worst requests. */
  expansions: number;
  /** That are due in one minute. */
  reminders: number;
  /** Requests of each kind with the database at the other side of the earth. */
  farRequests: number;
  /** Of new isolates. */
  starts: number;
}

/** Under five minutes. */
export const full: Budget = {
  actors: 32,
  rounds: 7,
  roundSeconds: 0.7,
  warmUpSeconds: 0.4,
  distanceSeconds: 1,
  users: [1_000, 100_000],
  expansions: 9,
  reminders: 10_000,
  farRequests: 25,
  starts: 20,
};

/** Under two minutes, for CI: what is counted is as good as in the full run, what is timed is not. */
export const quick: Budget = {
  actors: 16,
  rounds: 1,
  roundSeconds: 0.15,
  warmUpSeconds: 0.05,
  distanceSeconds: 0.1,
  users: [1_000, 10_000],
  expansions: 1,
  reminders: 1_000,
  farRequests: 2,
  starts: 4,
};
