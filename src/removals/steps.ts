/**
 * The steps that delete what is removed, kind by kind: children first, so that no statement cascades over many rows. A
 * step is one batch of a few statements, each over a bounded number of rows, and it can run again at any time.
 *
 * A booking that goes with a removal is cancelled before its event is deleted, at the time of the removal: clients see
 * that time from the beginning (resources/bookings/removed.ts).
 */
import type { RemovalKind } from '../db/removed.ts';
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { finish, type Removal } from './sql.ts';

/** What one step may cost, in rows written, index and metadata entries included: some tens of milliseconds. */
const STEP_ROWS = 4000;

/** One step, whose last statement tells whether it leaves anything for another. */
export type Step = (removal: Removal) => readonly [...Sql[], Query<{ more: number }>];

/** About how many rows it writes to delete a row of these tables. A metadata entry has at least eight bytes. */
const COSTS: Record<string, string> = {
  // A series goes with its overrides: its entry of one has some twenty bytes.
  events: '10 + min(octet_length(metadata) / 8, 500) + octet_length(overridden) / 2',
  calendars: '6 + min(octet_length(metadata) / 8, 500)',
  schedules: '6 + min(octet_length(metadata) / 8, 500)',
  services: '6 + min(octet_length(metadata) / 8, 500)',
  users: '6 + min(octet_length(metadata) / 8, 500)',
  bookings: '10 + 12 * json_array_length(events)',
  service_users: '20',
  remembered: '4', // words: allow
  deliveries: '8',
};

/** The first rows of a table that one step can take: their keys. At least one, however much it costs. */
function chunk(
  { failures }: Removal,
  table: string,
  where: Sql,
  { key = 'seq', order = sql`` }: { key?: string; order?: Sql } = {},
): Sql {
  const most = Math.max(1, STEP_ROWS >> failures);
  const cost = COSTS[table] ?? '10';
  // It reads no more rows than it can take: each costs at least the first number.
  const limit = Math.ceil(most / Number.parseInt(cost, 10));
  return sql`SELECT ${raw(key)} FROM (
    SELECT ${raw(key)}, sum(cost) OVER (ROWS UNBOUNDED PRECEDING) - cost AS before FROM (
      SELECT ${raw(key)}, ${raw(cost)} AS cost FROM ${raw(table)} WHERE ${where} ${order} LIMIT ${limit}))
    WHERE before < ${most}`;
}

const more = (table: string, where: Sql) =>
  query<{ more: number }>`SELECT EXISTS (SELECT 1 FROM ${raw(table)} WHERE ${where}) AS more`;

/** Deletes the rows of a table. */
const deleting =
  (table: string, where: (removal: Removal) => Sql, key = 'seq'): Step =>
  (removal) => [
    sql`DELETE FROM ${raw(table)} WHERE (${raw(key)}) IN (${chunk(removal, table, where(removal), { key })})`,
    more(table, where(removal)),
  ];

const ofAccount = ({ account_id }: Removal): Sql => sql`account_id = ${account_id}`;
const of =
  (column: string) =>
  (removal: Removal): Sql =>
    sql`${ofAccount(removal)} AND ${raw(column)} = ${removal.id}`;

/** Cancels bookings, at the time of the removal. */
const cancel = ({ created }: Removal, bookings: Sql, more = sql``): Sql => sql`
  UPDATE bookings SET version = version + (state <> 'cancelled'),
    updated = CASE WHEN state = 'cancelled' THEN updated ELSE ${created} END, state = 'cancelled' ${more}
  WHERE seq IN (${bookings})`;

/** Deletes the events of a calendar or a user, and cancels their bookings first. */
const events =
  (column: 'calendar_id' | 'user_id'): Step =>
  (removal) => {
    const where = of(column)(removal);
    const some = chunk(removal, 'events', where);
    const live = sql`live.account_id = ${removal.account_id} AND live.session = booked.session
      AND instr(live.events, booked.id)`;
    const sessions = sql`(SELECT DISTINCT session, id FROM events WHERE seq IN (${some}) AND session IS NOT NULL) booked`;
    const seats = sql`seq IN (SELECT live.seq FROM ${sessions} CROSS JOIN session_bookings live ON ${live}
      LIMIT ${Math.max(1, STEP_ROWS >> (removal.failures + 5))})`;
    return [
      cancel(removal, chunk(removal, 'bookings', seats)),
      sql`DELETE FROM events AS booked WHERE seq IN (${some})
        AND (session IS NULL OR NOT EXISTS (SELECT 1 FROM session_bookings live WHERE ${live}))`,
      more('events', where),
    ];
  };

/** Goes through the bookings of a user who booked, or of a service, which stay: the removal keeps the position. */
const cancelling =
  (column: 'booked_by' | 'service_id'): Step =>
  (removal) => {
    const position = sql`(SELECT position FROM removals WHERE ${of('id')(removal)})`;
    const after = sql`${of(column)(removal)}
      AND (start_ts, seq) > (coalesce(${position} ->> 0, -9e15), coalesce(${position} ->> 1, 0))`;
    const some = chunk(removal, 'bookings', after, { order: sql`ORDER BY start_ts, seq` });
    const ofService = column === 'service_id';
    return [
      // The events of a deleted service stay, and their users stay busy.
      ...(ofService
        ? [
            sql`UPDATE events SET session = NULL WHERE seq IN (
              SELECT e.seq FROM bookings b CROSS JOIN session_events e ON e.account_id = b.account_id AND e.session = b.session
              WHERE b.seq IN (${some}))`,
          ]
        : []),
      cancel(removal, some, ofService ? sql`, session = NULL` : sql``),
      sql`UPDATE removals SET position = coalesce((
          SELECT json_array(start_ts, seq) FROM bookings WHERE seq IN (${some}) ORDER BY start_ts DESC, seq DESC LIMIT 1),
        position) WHERE ${of('id')(removal)}`,
      more('bookings', after),
    ];
  };

/** Takes a schedule or a calendar from the hosts that have it. */
const clearing =
  (table: 'schedules' | 'calendars', assignments: (id: string) => Sql, names: (id: string) => Sql): Step =>
  (removal) => {
    const where = sql`${ofAccount(removal)}
      AND user_id = (SELECT user_id FROM ${raw(table)} WHERE ${of('id')(removal)}) AND ${names(removal.id)}`;
    return [
      sql`UPDATE service_users SET ${assignments(removal.id)}, version = version + 1
        WHERE seq IN (${chunk(removal, 'service_users', where)})`,
      more('service_users', where),
    ];
  };

/** Deletes the removed row itself, and then the removal. */
const row =
  (table: string): Step =>
  (removal) => [
    table === 'accounts'
      ? sql`DELETE FROM accounts WHERE id = ${removal.id}`
      : sql`DELETE FROM ${raw(table)} WHERE ${of('id')(removal)}`,
    finish(removal),
    query<{ more: number }>`SELECT 0 AS more`,
  ];

const records = 'remembered'; // words: allow

/** The steps of each kind, in their order. Each of them goes on until nothing is left. */
export const STEPS: Record<RemovalKind, readonly Step[]> = {
  user: [
    deleting('service_users', of('user_id')),
    events('user_id'),
    cancelling('booked_by'),
    deleting('calendars', of('user_id')),
    deleting('schedules', of('user_id')),
    deleting(records, of('caller'), 'account_id, caller, key'),
    row('users'),
  ],
  calendar: [
    events('calendar_id'),
    clearing(
      'calendars',
      (
        id,
      ) => sql`calendar_id = nullif(calendar_id, ${id}), booking_calendar_id = nullif(booking_calendar_id, ${id}),
        busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> ${id})`,
      (id) => sql`(calendar_id = ${id} OR booking_calendar_id = ${id} OR instr(busy, ${id}))`,
    ),
    row('calendars'),
  ],
  schedule: [
    clearing(
      'schedules',
      () => sql`schedule_id = NULL`,
      (id) => sql`schedule_id = ${id}`,
    ),
    row('schedules'),
  ],
  service: [cancelling('service_id'), deleting('service_users', of('service_id')), row('services')],
  account: [
    deleting('bookings', ofAccount),
    deleting('events', ofAccount),
    deleting('service_users', ofAccount),
    deleting('calendars', ofAccount),
    deleting('schedules', ofAccount),
    deleting('services', ofAccount),
    deleting('users', ofAccount),
    deleting(records, ofAccount, 'account_id, caller, key'),
    deleting('deliveries', ofAccount, 'account_id, id'),
    row('accounts'),
  ],
};
