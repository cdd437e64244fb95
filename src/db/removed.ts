/**
 * Deletes are marks. A deleted user, calendar, schedule, service or account has a row in `removals`, and from then on
 * neither it nor what belongs to it exists for any caller; src/removals deletes the rows in steps. The table is empty
 * most of the time, and then these conditions read no row.
 *
 * Each condition is text, so that the declaration of a table can name it once: see `live` in table.ts.
 */

/** What can be removed. The account is its own parent: its row in `removals` has its id twice. */
export type RemovalKind = 'user' | 'calendar' | 'schedule' | 'service' | 'account';

/** The condition that an account has any removal. It stands before what would read rows for nothing. */
export const anyRemoved = (account: string): string =>
  `EXISTS (SELECT 1 FROM removals WHERE removals.account_id = ${account})`;

/**
 * The condition that one of these is removed. SQLite reads a list of IN as rows, and evaluates both sides of an AND in a
 * column, so CASE decides first.
 *
 * @param account the column with the account's id.
 * @param ids columns with ids; NULL is never removed.
 */
export const removed = (account: string, ...ids: string[]): string =>
  ids.length === 1
    ? `EXISTS (SELECT 1 FROM removals WHERE removals.account_id = ${account} AND removals.id = ${ids[0]})`
    : `CASE WHEN ${anyRemoved(account)} THEN EXISTS (SELECT 1 FROM removals
        WHERE removals.account_id = ${account} AND removals.id IN (${ids.join(', ')})) ELSE 0 END`;

/** An id, or NULL where it is removed. */
export const unlessRemoved = (account: string, id: string): string =>
  `CASE WHEN NOT ${removed(account, id)} THEN ${id} END`;

/** A JSON array of ids, without those that are removed. */
export const withoutRemoved = (account: string, ids: string): string =>
  `CASE WHEN NOT ${anyRemoved(account)} THEN ${ids} ELSE (
    SELECT json_group_array(value) FROM json_each(${ids}) WHERE NOT ${removed(account, 'value')}) END`;
