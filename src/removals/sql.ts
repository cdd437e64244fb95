/** Removals in SQL: which one is next, and its turns. steps.ts has the statements that delete. */
import type { RemovalKind } from '../db/removed.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { HOUR_MS, MINUTE_MS } from '../time/units.ts';

/** What was removed, and how far its steps have come. */
export interface Removal {
  account_id: string;
  id: string;
  kind: RemovalKind;
  /** When it was removed, in milliseconds since the epoch. */
  created: number;
  /** The failures so far. After each of them the steps are half as long. */
  failures: number;
}

/** The longest time between two tries of a removal that fails. */
const BACKOFF_MAX_MS = HOUR_MS;

/** The removal that is due for longest, of the account that comes next after another in the order of their ids. */
export const selectNext = (after: string, now: number): Query<Removal> => query<Removal>`
  SELECT account_id, id, kind, created, failures FROM removals
  WHERE account_id > ${after} AND next_at <= ${now} ORDER BY account_id, next_at LIMIT 1`;

export const selectAnyRemoval = (): Query<{ account_id: string }> => query<{ account_id: string }>`
  SELECT account_id FROM removals LIMIT 1`;

/** Puts a removal off: a minute after its first failure, twice as long after each of the next ones. */
export const putOff = ({ account_id, id, failures }: Removal, now: number): Sql => sql`
  UPDATE removals SET failures = failures + 1,
    next_at = ${now + Math.min(MINUTE_MS * 2 ** failures, BACKOFF_MAX_MS)}
  WHERE account_id = ${account_id} AND id = ${id}`;

export const finish = ({ account_id, id }: Removal): Sql => sql`
  DELETE FROM removals WHERE account_id = ${account_id} AND id = ${id}`;
