/** What the Worker is to reach, and whether it does. Those of timing are of the operations' table. */
import { LIMIT_KB } from '../../src/dev/bundle-limits.ts';
import { operations } from './operations.ts';
import type { Results } from './results.ts';

export interface Goal {
  goal: string;
  value: string;
  met: boolean;
  /** Counted, not timed: the same on every machine, so a missed one fails the run. */
  counted: boolean;
}

export function goalsOf({ throughput, nearest, opening, cost, start, scheduling }: Results): Goal[] {
  const timed = operations.flatMap(({ name, goals = {} }): Goal[] => {
    const row = throughput.find(({ operation }) => operation === name);
    const other = throughput.find(({ operation }) => operation === goals.faster?.than);
    const atLeast = (least: number | undefined, than: string, ratio: number | undefined): Goal[] =>
      least === undefined || ratio === undefined
        ? []
        : [
            {
              goal: `${name}: at least ${least.toFixed(2)} × ${than}`,
              value: ratio.toFixed(2),
              met: ratio >= least,
              counted: false,
            },
          ];
    return [
      ...atLeast(goals.limit, 'limit', row?.toLimit.median),
      ...atLeast(goals.sequential, 'sequential', row?.toSequential.median),
      ...atLeast(
        goals.faster?.times,
        `"${goals.faster?.than}"`,
        row && other && row.variants.ours.rate / other.variants.ours.rate,
      ),
    ];
  });

  const overspent = cost.rows.filter(({ trips, allowed }) => trips > allowed);
  const growing = cost.rows.filter(({ rowsRead: [few, many] }) => many > few);
  const kilobytes = start.gzip / 1000;
  const counted = (goal: string, faults: { operation: string }[]): Goal => ({
    goal,
    value: faults.map(({ operation }) => operation).join(', ') || 'all of them',
    met: faults.length === 0,
    counted: true,
  });
  const [, many] = scheduling;
  const inTurn = (many?.near.sequential ?? 0) / (many?.near.ours ?? 1);
  const perRequest = { counted: false };
  const [visit] = nearest;
  const nearer = (visit?.alone ?? Number.NaN) / (visit?.replica ?? Number.NaN);
  return [
    ...timed,
    {
      goal: `${many?.request}: at least 3 × in turn`,
      value: inTurn.toFixed(2),
      met: inTurn >= 3,
      ...perRequest,
    },
    {
      goal: `${many?.request}: under 8 ms of CPU`,
      value: (many?.cpu ?? Number.NaN).toFixed(1),
      met: (many?.cpu ?? Number.NaN) < 8,
      ...perRequest,
    },
    {
      goal: `${visit?.read}: at least 3 × as fast with a replica near`,
      value: nearer.toFixed(2),
      met: nearer >= 3,
      ...perRequest,
    },
    counted(
      'an account in one round trip; of three databases in two, with a key in three',
      opening
        .filter(({ inTurn, allowed }) => inTurn > allowed)
        .map(({ request }) => ({ operation: request })),
    ),
    counted(
      'slots in one round trip, a booking in two',
      scheduling
        .filter(({ trips, allowed }) => trips > allowed)
        .map(({ request }) => ({ operation: request })),
    ),
    counted('one D1 round trip each, none for what needs no database', overspent),
    counted(`rows read do not grow from ${cost.users.join(' to ')} users`, growing),
    {
      goal: `the bundle: at most ${LIMIT_KB} kB gzip`,
      value: `${kilobytes.toFixed(1)} kB`,
      met: kilobytes <= LIMIT_KB,
      counted: true,
    },
  ];
}
