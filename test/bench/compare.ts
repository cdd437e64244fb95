/** Prints the changes since an earlier run: first the ratios, since they are comparable between machines. */
import type { Results } from './results.ts';
import type { Spread } from './statistics.ts';
import { table } from './table.ts';

export function compare(before: Results, after: Results): string {
  return [
    `Changes since ${before.date}${before.quick ? ', quick' : ''}: ${before.machine}`,
    ratios(before, after),
    counts(before, after),
    absolutes(before, after),
  ].join('\n\n');
}

/** Pairs the rows of the same operation in both runs. */
function paired<Row extends { operation: string }>(
  before: readonly Row[],
  after: readonly Row[],
): [Row, Row][] {
  return after.flatMap((row) => {
    const old = before.find(({ operation }) => operation === row.operation);
    return old ? [[old, row] as [Row, Row]] : [];
  });
}

const percent = (before: number, after: number) => {
  const change = (after / before - 1) * 100;
  return `${change < 0 ? '' : '+'}${change.toFixed(0)} %`;
};

/** A change is significant where each median lies outside all rounds of the other run. */
function verdict(before: Spread, after: Spread): string {
  if (after.median > before.max && before.median < after.min) return 'better';
  return after.median < before.min && before.median > after.max ? 'WORSE' : 'within the noise';
}

function ratios(before: Results, after: Results): string {
  const rows = paired(before.throughput, after.throughput).flatMap(([old, now]) =>
    (['toLimit', 'toSequential'] as const).map((to) => [
      `${now.operation}, × ${to === 'toLimit' ? 'limit' : 'sequential'}`,
      old[to].median.toFixed(2),
      now[to].median.toFixed(2),
      percent(old[to].median, now[to].median),
      verdict(old[to], now[to]),
    ]),
  );
  return table(['Ratios', 'before', 'after', '', ''], rows);
}

function counts(before: Results, after: Results): string {
  const of = ({ cost, start }: Results): [string, number][] => [
    ...cost.rows.flatMap(({ operation, trips, rowsRead, rowsWritten }): [string, number][] => [
      [`${operation}: round trips`, trips],
      [`${operation}: rows read`, rowsRead[1]],
      [`${operation}: rows written`, rowsWritten[1]],
    ]),
    ['bytes a user', Math.round(cost.bytesPerUser)],
    ['bytes a calendar', Math.round(cost.bytesPerCalendar)],
    ['bytes of the bundle, gzip', start.gzip],
  ];
  const old = new Map(of(before));
  const rows = of(after)
    .filter(([name, value]) => old.has(name) && old.get(name) !== value)
    .map(([name, value]) => [name, String(old.get(name)), String(value)]);
  return rows.length ? table(['Counts', 'before', 'after'], rows) : 'Counts: no change';
}

function absolutes(before: Results, after: Results): string {
  const change = (name: string, old: number, now: number, digits: number) => [
    name,
    old.toFixed(digits),
    now.toFixed(digits),
    percent(old, now),
  ];
  const rows = [
    ...paired(before.throughput, after.throughput).flatMap(([old, now]) => {
      const [was, is] = [old.variants.ours, now.variants.ours];
      return [
        change(`${now.operation}, requests/s`, was.rate, is.rate, 0),
        ...(was.cpu !== null && is.cpu !== null
          ? [change(`${now.operation}, CPU ms`, was.cpu, is.cpu, 3)]
          : []),
      ];
    }),
    ...paired(before.distance, after.distance).map(([old, now]) =>
      change(`${now.operation}, far away, p50 ms`, old.ours, now.ours, 1),
    ),
    change("a new isolate's first answer, ms", before.start.firstAnswer, after.start.firstAnswer, 2),
  ];
  return table(['Absolute values (comparable on one machine only)', 'before', 'after', ''], rows);
}
