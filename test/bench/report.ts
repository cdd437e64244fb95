/** Prints the results as tables. */

import { ATTACKS_PER_SECOND } from './contention.ts';
import { DELAY_MS } from './distance.ts';
import { goalsOf } from './goals.ts';
import { CONNECTIONS } from './load.ts';
import { PRIMARY_MS, REPLICA_MS } from './nearest.ts';
import type { Results } from './results.ts';
import type { Spread } from './statistics.ts';
import { table } from './table.ts';
import { variants } from './throughput.ts';

export function report(results: Results): string {
  return [
    `${results.date}${results.quick ? ', quick' : ''}: ${results.machine}`,
    throughputOf(results),
    cpuOf(results),
    distanceOf(results),
    replicaOf(results),
    openingOf(results),
    costOf(results),
    hostileOf(results),
    expansionOf(results),
    worstOf(results),
    schedulingOf(results),
    contentionOf(results),
    notificationsOf(results),
    startOf(results),
    goalTable(results),
  ].join('\n\n');
}

const ratio = ({ median, min, max }: Spread) => `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
const count = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);

/** Above this share of a core, the load generator limits the rate, so a faster Worker would measure the same. */
const GENERATOR_BOUND = 0.9;

function throughputOf({ throughput }: Results): string {
  const rows = throughput.map(({ operation, variants: { ours, limit, sequential }, ...row }) => [
    operation + (row.generator > GENERATOR_BOUND ? ' *' : ''),
    count(ours.rate),
    ms(ours.p50),
    ms(ours.p99),
    count(limit.rate),
    count(sequential.rate),
    ratio(row.toLimit),
    ratio(row.toSequential),
  ]);
  const bound = throughput.some(({ generator }) => generator > GENERATOR_BOUND);
  return `Throughput: requests per second over ${CONNECTIONS} connections; ratios are the median of the rounds (min–max)
${table(
  ['', 'ours/s', 'p50 ms', 'p99 ms', 'limit/s', 'sequential/s', '× limit', '× sequential'],
  rows,
)}${bound ? '\n* the load generator limited the rate: the Worker may be faster' : ''}`;
}

function cpuOf({ throughput }: Results): string {
  const heading = 'CPU: milliseconds for each request, of the whole workerd process with its local database';
  if (throughput.some(({ variants }) => variants.ours.cpu === null))
    return `${heading}\nunknown: this platform has no /proc`;
  const rows = throughput.map(({ operation, variants: of }) => [
    operation,
    ...variants.map((variant) => (of[variant].cpu ?? Number.NaN).toFixed(3)),
  ]);
  return `${heading}\n${table(['', ...variants], rows)}`;
}

function distanceOf({ distance, cost }: Results): string {
  const rows = distance.map(({ operation, ours, sequential }) => [
    operation,
    String(cost.rows.find((row) => row.operation === operation)?.trips ?? ''),
    ms(ours),
    ms(sequential),
  ]);
  return `Distance: p50 in milliseconds with ${DELAY_MS} ms added to each D1 round trip
${table(['', 'our round trips', 'ours', 'sequential'], rows)}`;
}

function replicaOf({ replica }: Results): string {
  const rows = replica.map(({ read, alone, replica }) => [
    read,
    ms(alone),
    ms(replica),
    (alone / replica).toFixed(2),
  ]);
  return `Replica: p50 in milliseconds with the primary ${PRIMARY_MS} ms away, alone and with a replica ${REPLICA_MS} ms away
${table(['', 'primary', 'replica', '× primary'], rows)}`;
}

function openingOf({ opening }: Results): string {
  const rows = opening.map(({ request, trips, inTurn, far }) => [
    request,
    String(trips),
    String(inTurn),
    ms(far),
    ((opening[0]?.far ?? Number.NaN) / far).toFixed(2),
  ]);
  return `POST /account: all round trips, those in sequence, and p50 in milliseconds with each database ${PRIMARY_MS} ms away
${table(['', 'round trips', 'in sequence', 'ms', '× one database'], rows)}`;
}

function costOf({ cost }: Results): string {
  const [few, many] = cost.users.map(count);
  const rows = cost.rows.map(({ operation, trips, rowsRead, rowsWritten }) => [
    operation,
    ...[trips, ...rowsRead, ...rowsWritten].map(String),
  ]);
  return `Cost: round trips and rows of one request, in an account with ${few} and with ${many} users
${table(['', 'round trips', `read at ${few}`, `at ${many}`, `written at ${few}`, `at ${many}`], rows)}
Storage, indexes and metadata included: ${count(cost.bytesPerUser)} bytes a user, ${count(cost.bytesPerCalendar)} bytes a calendar`;
}

function hostileOf({ hostile: { rows, reads } }: Results): string {
  const [few, many] = rows.map(count);
  const cpu = (value: number | null) => (value === null ? 'unknown' : ms(value));
  const lines = reads.map(({ request, rowsRead, cpuMs }) => [
    request,
    ...rowsRead.map(count),
    ...cpuMs.map(cpu),
  ]);
  return `Hostile data: one request among ${few} and among ${many} rows of each kind that it must not read; CPU of workerd with its database
${table(['', `rows read at ${few}`, `at ${many}`, `CPU ms at ${few}`, `at ${many}`], lines)}`;
}

function expansionOf({ expansion }: Results): string {
  const rows = expansion.map(({ series, micros, instances }) => [series, count(micros), String(instances)]);
  return `Expansion: microseconds of CPU in workerd for one series in a window of 62 days in Europe/Oslo
${table(['', 'µs', 'instances'], rows)}`;
}

function worstOf({ worst }: Results): string {
  const rows = worst.map(({ request, status, cpu, bytes }) => [
    request,
    String(status),
    ms(cpu),
    count(bytes),
  ]);
  return `The worst requests: milliseconds of CPU of the Worker for one request near the limits of the contract
${table(['', 'status', 'ms', 'bytes'], rows)}`;
}

function schedulingOf({ scheduling }: Results): string {
  const maybe = (value: number | null) => (value === null ? '' : ms(value));
  const rows = scheduling.map(({ request, trips, rowsRead, rowsWritten, near, far, cpu }) => [
    request,
    ...[trips, rowsRead, rowsWritten].map(String),
    ...[near.ours, near.sequential, far.ours, far.sequential, cpu].map(maybe),
  ]);
  return `Scheduling: p50 in milliseconds with the database near, and ${DELAY_MS} ms away; CPU of the Worker's isolate
${table(['', 'round trips', 'rows read', 'written', 'ours', 'sequential', 'ours, far', 'sequential, far', 'CPU'], rows)}`;
}

function contentionOf({ contention }: Results): string {
  const rows = contention.map(({ distance, seconds, trips, spread, attacks, ...row }) => [
    row.case,
    distance,
    ...[row.taken, row.refused, row.contended, row.other].map(String),
    trips.toFixed(1),
    seconds.toFixed(2),
    spread === null ? '' : String(spread),
    attacks === null ? '' : attacks.toFixed(1),
  ]);
  return `Contention: requests at once that could all take place, without retries; attacked: beside up to ${ATTACKS_PER_SECOND} moves a second of a booking on another day
${table(
  [
    '',
    'distance',
    '201/200',
    '409',
    '503',
    'other',
    'round trips',
    'seconds',
    'max − min of a host',
    'attacks/s',
  ],
  rows,
)}`;
}

function notificationsOf({ notifications }: Results): string {
  const rows = notifications.map(({ work, trips, rowsRead, rowsWritten, milliseconds }) => [
    work,
    ...[trips, rowsRead, rowsWritten].map(count),
    ms(milliseconds),
  ]);
  return `Notifications: a write without and with a webhook, and a minute with many due reminders; the receiver is on this machine
${table(['', 'round trips', 'rows read', 'written', 'ms'], rows)}`;
}

function startOf({ start }: Results): string {
  return `Start
Bundle: ${(start.gzip / 1000).toFixed(1)} kB gzip, ${(start.bundle / 1000).toFixed(1)} kB minified
First answer of a new isolate: ${ms(start.firstAnswer)} ms more than its second (an empty Worker: ${ms(start.emptyWorker)} ms)`;
}

function goalTable(results: Results): string {
  const rows = goalsOf(results).map(({ goal, value, met }) => [goal, value, met ? 'met' : 'MISSED']);
  return table(['Goals', '', ''], rows);
}
