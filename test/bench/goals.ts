/** The goals of the bench. Each operation names its own goals for time in operations.ts. */
import { BUNDLE_MAX_KB } from '../../src/dev/bundle-limits.ts';
import { ROWS_SLACK } from './hostile.ts';
import { operations } from './operations.ts';
import type { Results } from './results.ts';

export interface Goal {
  goal: string;
  value: string;
  met: boolean;
  /** Whether the value is counted, not timed. A count is the same on every machine, so a missed one fails the run. */
  counted: boolean;
}

export function goalsOf({ throughput, replica, opening, cost, hostile, start, scheduling }: Results): Goal[] {
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
  const counted = (goal: string, misses: { operation: string }[]): Goal => ({
    goal,
    value: misses.map(({ operation }) => operation).join(', ') || 'all of them',
    met: misses.length === 0,
    counted: true,
  });
  const [, many] = scheduling;
  const inTurn = (many?.near.sequential ?? 0) / (many?.near.ours ?? 1);
  const perRequest = { counted: false };
  const [freebusy] = replica;
  const speedUp = (freebusy?.alone ?? Number.NaN) / (freebusy?.replica ?? Number.NaN);
  return [
    ...timed,
    {
      goal: `${many?.request}: at least 3 × sequential`,
      value: inTurn.toFixed(2),
      met: inTurn >= 3,
      ...perRequest,
    },
    {
      goal: `${many?.request}: less than 8 ms of CPU`,
      value: (many?.cpu ?? Number.NaN).toFixed(1),
      met: (many?.cpu ?? Number.NaN) < 8,
      ...perRequest,
    },
    {
      goal: `${freebusy?.read}: at least 3 × as fast with a replica`,
      value: speedUp.toFixed(2),
      met: speedUp >= 3,
      ...perRequest,
    },
    counted(
      'POST /account: one round trip; with three databases two, with an Idempotency-Key three',
      opening
        .filter(({ inTurn, allowed }) => inTurn > allowed)
        .map(({ request }) => ({ operation: request })),
    ),
    counted(
      'slots: one round trip; a booking: two',
      scheduling
        .filter(({ trips, allowed }) => trips > allowed)
        .map(({ request }) => ({ operation: request })),
    ),
    counted(
      `every request among hostile rows: as many rows read among ${hostile.rows.join(' of a kind as among ')}`,
      hostile.reads
        .filter(({ rowsRead: [few, many] }) => many > few + ROWS_SLACK)
        .map(({ request }) => ({ operation: request })),
    ),
    counted('every operation: at most one D1 round trip', overspent),
    counted(`every operation: as many rows read with ${cost.users.join(' users as with ')}`, growing),
    {
      goal: `bundle: at most ${BUNDLE_MAX_KB} kB gzip`,
      value: `${kilobytes.toFixed(1)} kB`,
      met: kilobytes <= BUNDLE_MAX_KB,
      counted: true,
    },
  ];
}
