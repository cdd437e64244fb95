/** What the soak has measured, as tables, and whether the accounts that behave had to suffer. */
import { quantile } from '../statistics.ts';
import { table } from '../table.ts';
import type { Arrival } from './arrivals.ts';
import type { Outcome } from './attacker.ts';
import type { Measured } from './load.ts';
import type { CronRun } from './service.ts';

/** One phase, for the accounts that behave. */
export interface PhaseResult {
  requests: Measured[];
  arrivals: Arrival[];
  crons: CronRun[];
  /** The shares of the machine, from 0 to 1, of workerd, of this process, and of everything that runs on it. */
  worker: number | null;
  client: number;
  machine: number | null;
}

/** The bounds of the issue "no tenant, and no token, can hurt another". */
const TIMES_QUIET_MAX = 2;
const DELIVERY_MAX_MS = 10_000;

const CHANGE = 'delivery: write to arrival';
const REMINDER = 'delivery: reminder due to arrival';

/** The values of each row of the table, by its name. */
function rowsOf({ requests, arrivals }: PhaseResult): Map<string, number[]> {
  const rows = new Map<string, number[]>([['all requests', requests.map(({ ms }) => ms)]]);
  for (const { kind, ms } of requests) rows.set(kind, [...(rows.get(kind) ?? []), ms]);
  const of = (kind: Arrival['kind']) => arrivals.filter((one) => one.kind === kind).map(({ ms }) => ms);
  return rows.set(CHANGE, of('change')).set(REMINDER, of('reminder'));
}

const whole = (ms: number) =>
  Number.isFinite(ms) ? Math.round(ms).toLocaleString('en') : Number.isNaN(ms) ? '' : 'never';

export function report(quiet: PhaseResult, hostile: PhaseResult): string {
  const [before, after] = [rowsOf(quiet), rowsOf(hostile)];
  const rows = [...before].map(([name, calm]) => {
    const rough = after.get(name) ?? [];
    const figures = [calm, rough].flatMap((values) => [
      String(values.length),
      ...[0.5, 0.99, 1].map((share) => whole(quantile(values, share))),
    ]);
    return [name, ...figures, (quantile(rough, 0.99) / quantile(calm, 0.99)).toFixed(1)];
  });
  const share = (value: number | null) => (value === null ? '' : `${(value * 100).toFixed(0)} %`);
  const machine = [
    ['quiet', quiet],
    ['hostile', hostile],
  ] as const;
  return [
    `The accounts that behave, in milliseconds\n${table(
      ['', 'quiet', 'p50', 'p99', 'max', 'hostile', 'p50', 'p99', 'max', '× p99'],
      rows,
    )}`,
    ...machine.map(
      ([name, { requests }]) => `${name}, answers that were not expected: ${unexpected(requests)}`,
    ),
    `The machine's CPU\n${table(
      ['', 'workerd', 'clients', 'everything', 'longest cron, s'],
      machine.map(([name, { worker, client, machine, crons }]) => [
        name,
        share(worker),
        share(client),
        share(machine),
        (Math.max(0, ...crons.map(({ ms }) => ms)) / 1000).toFixed(1),
      ]),
    )}`,
  ].join('\n\n');
}

function unexpected(requests: readonly Measured[]): string {
  const counts = new Map<string, number>();
  for (const { code, status } of requests)
    if (code !== null) counts.set(`${status} ${code}`, (counts.get(`${status} ${code}`) ?? 0) + 1);
  return [...counts].map(([answer, times]) => `${times} × ${answer}`).join(', ') || 'none';
}

export function attackReport(outcome: Outcome, stored: readonly string[][]): string {
  const rows = Object.entries(outcome).map(([name, { statuses, bytes, worstMs }]) => [
    name,
    Object.entries(statuses)
      .map(([status, times]) => `${status}: ${times}`)
      .join(', '),
    (bytes / 1e6).toFixed(1),
    whole(worstMs),
  ]);
  return [
    `What the attacker sent, and how it was answered\n${table(['', 'by status', 'MB read', 'longest, ms'], rows)}`,
    `What is stored of the attacker\n${table(['', 'rows', 'MB'], stored)}`,
  ].join('\n\n');
}

/** What the soak found wrong; empty: nothing. */
export function failuresOf(quiet: PhaseResult, hostile: PhaseResult, outcome: Outcome): string[] {
  const p99 = ({ requests }: PhaseResult) =>
    quantile(
      requests.map(({ ms }) => ms),
      0.99,
    );
  const times = p99(hostile) / p99(quiet);
  const delivered = quantile(rowsOf(hostile).get(CHANGE) ?? [], 0.99);
  const broken = [quiet, hostile]
    .flatMap(({ requests }) => requests)
    .filter(({ status }) => status >= 500 || status === 0);
  const limited = Object.values(outcome).some(({ statuses }) => statuses['429']);
  return [
    ...(broken.length > 0 ? [`${broken.length} requests of accounts that behave failed`] : []),
    ...(times > TIMES_QUIET_MAX ? [`their p99 is ${times.toFixed(1)} times that of the quiet run`] : []),
    ...(delivered > DELIVERY_MAX_MS ? [`the p99 of their deliveries is ${whole(delivered)} ms`] : []),
    ...(limited ? [] : ['no rate limit ever stopped the attacker']),
  ];
}
