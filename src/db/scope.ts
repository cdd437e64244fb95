/** Whose data a statement may touch. Every statement of a resource takes a scope; none is built without. */
import { type Sql, sql } from './sql.ts';

export interface Scope {
  /**
   * SQL that yields the account's id only while the caller's credentials hold, else NULL, which equals nothing: a
   * statement built on it is its own guard. Of a read with a token it is the id that is claimed, and the rows are
   * dropped where the keys that come with them do not prove it.
   */
  readonly account: Sql;
  /** The user whom the path or the token names; null where an admin path names none. */
  readonly user: string | null;
}

/** The condition on a table of things that belong to users. */
export const owned = ({ account, user }: Scope): Sql =>
  user === null ? sql`account_id = ${account}` : sql`account_id = ${account} AND user_id = ${user}`;
