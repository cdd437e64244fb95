/** Idempotency records in SQL: the answers to creations with an `Idempotency-Key`. */
import { REPLAYABLE_MS } from '../limits.ts';
import { Problem } from '../problem.ts';
import type { Scope } from './scope.ts';
import { type Query, query, type Sql, sql } from './sql.ts';

/** A request with a key, by which a replay finds its record. */
export interface IdempotentRequest {
  /** A user's id; empty for the account. */
  caller: string;
  /** The hash of the `Idempotency-Key`. */
  key: string;
  /** The hash of the path and the input, the same for every spelling of the request. */
  request: string;
  /** The hash of the request as it was sent, which the records of the release before this one have. */
  asSent(): Promise<string>;
  /** Seals the stored answer where it holds a secret; else null. */
  seal: CryptoKey | null;
}

export interface IdempotencyRecordRow {
  request: string;
  answer: string;
}

/**
 * The table's name of the release before this one, which writes it too. The next contract migration renames the table and
 * leaves a view of this name, so no statement upserts: SQLite refuses that for a view.
 */
const records = sql`remembered`; // words: allow

/** @param now milliseconds since the epoch: an expired record no longer exists. */
const live = ({ named }: Scope, { caller, key }: IdempotentRequest, now: number): Sql =>
  sql`${records} WHERE account_id = ${named} AND caller = ${caller} AND key = ${key} AND expires_at > ${now}`;

/** @param current SQL for the answer as it is now, made from the stored `answer`; NULL: the stored one stands. */
export const selectIdempotencyRecord = (
  scope: Scope,
  request: IdempotentRequest,
  now: number,
  current: Sql = sql`NULL`,
): Query<IdempotencyRecordRow> =>
  query<IdempotencyRecordRow>`SELECT request, coalesce(${current}, answer) AS answer FROM ${live(scope, request, now)}`;

/** Whether a record is that of this request, and not of another one with the same key. */
export const isOf = async (record: IdempotencyRecordRow, { request, asSent }: IdempotentRequest) =>
  record.request === request || record.request === (await asSent());

/** The condition that there is no record to replay. */
export const isNew = (scope: Scope, request: IdempotentRequest, now: number): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM ${live(scope, request, now)})`;

/**
 * The insert replaces an expired record. If a batch runs twice, it also replaces its own.
 *
 * @param created the condition that the creation took effect; otherwise nothing is stored.
 */
export const insertIdempotencyRecord = (
  { named }: Scope,
  { caller, key, request }: IdempotentRequest,
  { answer, created, now }: { answer: string | Sql; created: Sql; now: number },
): Sql => sql`
  INSERT OR REPLACE INTO ${records} (account_id, caller, key, request, answer, expires_at)
  SELECT ${named}, ${caller}, ${key}, ${request}, ${answer}, ${now + REPLAYABLE_MS} WHERE ${created}`;

/** The rows after a position in the table's order: the JSON of a primary key; null: all rows. */
const after = (position: string | null): Sql =>
  position === null
    ? sql`true`
    : sql`(account_id, caller, key) > (${position} ->> 0, ${position} ->> 1, ${position} ->> 2)`;

/** The position of the `rows`th row after another; no row where the table ends before. */
export const selectEndOfStretch = (start: string | null, rows: number): Query<{ position: string }> => query<{
  position: string;
}>`
  SELECT json_array(account_id, caller, key) AS position FROM ${records} WHERE ${after(start)}
  ORDER BY account_id, caller, key LIMIT 1 OFFSET ${rows - 1}`;

/** Deletes the expired ones of the next `rows` rows after a position. */
export const deleteExpired = (start: string | null, rows: number, now: number): Sql => sql`
  DELETE FROM ${records} WHERE (account_id, caller, key) IN (
    SELECT account_id, caller, key FROM (
      SELECT account_id, caller, key, expires_at FROM ${records} WHERE ${after(start)} ORDER BY account_id, caller, key LIMIT ${rows})
    WHERE expires_at <= ${now})`;

const OTHER_REQUEST =
  'An earlier request with this key had another body or path. Use a new key for each new request.';

/** The problem of a key that belongs to another request. */
export const keyReused = (detail = OTHER_REQUEST) => new Problem('idempotency-key-reused', detail);
