/** What was answered to creations with an Idempotency-Key, in SQL. */
import type { Scope } from './scope.ts';
import { type Query, query, type Sql, sql } from './sql.ts';

/** How long an answer is given again, in milliseconds. */
export const REMEMBERED_FOR = 24 * 60 * 60 * 1000;

/** A request, as it is told from others. */
export interface Memo {
  /** A user's id, or empty for the account's server. */
  caller: string;
  key: string;
  /** The hash of what it asks for. */
  request: string;
}

export interface RememberedRow {
  request: string;
  answer: string;
}

/** @param now milliseconds: what is past its time is there no more. */
const live = ({ named }: Scope, { caller, key }: Memo, now: number): Sql =>
  sql`remembered WHERE account_id = ${named} AND caller = ${caller} AND key = ${key} AND expires_at > ${now}`;

export const selectRemembered = (scope: Scope, memo: Memo, now: number): Query<RememberedRow> =>
  query<RememberedRow>`SELECT request, answer FROM ${live(scope, memo, now)}`;

/** The condition that there is nothing to answer again. */
export const isNew = (scope: Scope, memo: Memo, now: number): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM ${live(scope, memo, now)})`;

/** @param made whether what is answered has taken place; else nothing is remembered. */
export const insertRemembered = (
  { named }: Scope,
  { caller, key, request }: Memo,
  { answer, made, now }: { answer: string; made: Sql; now: number },
): Sql => sql`
  INSERT INTO remembered (account_id, caller, key, request, answer, expires_at)
  SELECT ${named}, ${caller}, ${key}, ${request}, ${answer}, ${now + REMEMBERED_FOR} WHERE ${made}
  ON CONFLICT (account_id, caller, key) DO UPDATE SET
    request = excluded.request, answer = excluded.answer, expires_at = excluded.expires_at
  WHERE remembered.expires_at <= ${now}`;

/** A place in the order of the table. */
export interface Position {
  account_id: string;
  caller: string;
  key: string;
}

const after = ({ account_id, caller, key }: Position): Sql =>
  sql`(account_id, caller, key) > (${account_id}, ${caller}, ${key})`;

/** Where the `rows`th row after a place is; none: the table ends before. */
export const selectEndOfStretch = (start: Position, rows: number): Query<Position> => query<Position>`
  SELECT account_id, caller, key FROM remembered WHERE ${after(start)}
  ORDER BY account_id, caller, key LIMIT 1 OFFSET ${rows - 1}`;

/** Of so many rows after a place, those whose time is over. */
export const deleteExpired = (start: Position, rows: number, now: number): Sql => sql`
  DELETE FROM remembered WHERE (account_id, caller, key) IN (
    SELECT account_id, caller, key FROM remembered WHERE ${after(start)} ORDER BY account_id, caller, key LIMIT ${rows})
  AND expires_at <= ${now}`;
