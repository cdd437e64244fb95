/** Schedules in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Versioned } from '../../plan.ts';
import type { Schedule } from '../../sdk/types.ts';
import type { ScheduleUpdate } from './input.ts';

export interface ScheduleRow extends Versioned {
  id: string;
  user_id: string;
  timezone: string;
  rules: string;
  metadata: string;
}

const columns = sql`id, user_id, timezone, rules, metadata, version`;

export const toSchedule = (row: ScheduleRow): Schedule => ({
  id: row.id,
  userId: row.user_id,
  timezone: row.timezone,
  rules: JSON.parse(row.rules),
  metadata: JSON.parse(row.metadata),
});

export const insertSchedule = ({ account }: Scope, row: ScheduleRow): Sql => sql`
  INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata, version)
  SELECT account_id, ${row.id}, id, ${row.timezone}, ${row.rules}, ${row.metadata}, ${row.version}
  FROM users WHERE account_id = ${account} AND id = ${row.user_id} RETURNING 1`;

export const scheduleIsThere = (scope: Scope, { id }: ScheduleRow): Sql => exists(scope, sql`schedules`, id);

export const selectSchedule = (scope: Scope, id: string): Query<ScheduleRow> =>
  query<ScheduleRow>`SELECT ${columns} FROM schedules WHERE ${ofUser(scope)} AND id = ${id}`;

/** What is absent is kept. */
export const updateSchedule = (
  scope: Scope,
  id: string,
  { timezone, rules, metadata }: ScheduleUpdate,
): Sql<ScheduleRow> => sql<ScheduleRow>`
  UPDATE schedules SET
    timezone = coalesce(${timezone ?? null}, timezone),
    rules = coalesce(${rules ? JSON.stringify(rules) : null}, rules),
    metadata = coalesce(${metadata ? JSON.stringify(metadata) : null}, metadata),
    version = version + 1
  WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

/** Who was available by it is available no more: a trigger of schema.sql sees to that. */
export const deleteSchedule = (scope: Scope, id: string): Sql<ScheduleRow> =>
  sql<ScheduleRow>`DELETE FROM schedules WHERE ${ofUser(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectSchedulesByMetadata = (scope: Scope, page: MetadataPage): Query<ScheduleRow> =>
  selectByMetadata(scope, { columns, table: sql`schedules`, entries: sql`schedule_metadata` }, page);

export const listedSchedules = (scope: Scope): Listed => ({
  table: sql`schedules`,
  columns,
  entries: sql`schedule_metadata`,
  within: ofUser(scope),
});
