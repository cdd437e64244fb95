/** Whose data a statement may touch. Every statement of a resource takes a scope; none is built without. */
import { type Sql, sql } from './sql.ts';

/**
 * Made by the functions below alone. `account` is SQL for an account's id, or for NULL, which equals nothing: a
 * statement that compares with it is its own guard.
 */
export interface Scope {
  readonly account: Sql;
  /** The user whom the path or the token names; null where an admin path names none. */
  readonly user: string | null;
}

/** The account that a request names, true or not: for a query whose rows are dropped unless that is proven beside them. */
export const claimed = (account: string, user: string | null): Scope => ({ account: sql`${account}`, user });

/** @param account yields the account's id only while the caller's credentials hold. */
export const guardedBy = (account: Sql, user: string | null): Scope => ({ account, user });

/** An account that was just made, or that the Worker itself acts for. */
export const system = (account: string): Scope => claimed(account, null);

export const nobody: Scope = { account: sql`NULL`, user: null };

/** The condition on a table of things that belong to accounts. */
export const ofAccount = ({ account }: Scope): Sql => sql`account_id = ${account}`;

/** The condition on a table of things that belong to users: the user's where the scope has one, else the account's. */
export const ofUser = (scope: Scope): Sql =>
  scope.user === null ? ofAccount(scope) : sql`${ofAccount(scope)} AND user_id = ${scope.user}`;
