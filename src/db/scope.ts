/** Whose data a statement may touch. Every statement of a resource takes a scope, so none can be built without one. */
import { removed } from './removed.ts';
import { type Query, query, raw, type Sql, sql } from './sql.ts';

/**
 * Only the functions below make a scope. `account` is SQL for an account's id, or for NULL, which equals nothing: a
 * statement that compares with it is its own guard.
 */
export interface Scope {
  readonly account: Sql;
  /** The account that the credential names, whether or not it holds: for SQL whose effect depends on the guard anyway. */
  readonly named: Sql;
  /** The user whom the path or the token names; null where the account's path names none. */
  readonly user: string | null;
}

/** The account that a request names, true or not: for a query whose rows are dropped unless the proof beside them holds. */
export const unverified = (account: string, user: string | null): Scope =>
  guardedBy(sql`${account}`, sql`${account}`, user);

/** @param account SQL that yields the account's id only while the caller's credential holds. */
export const guardedBy = (account: Sql, named: Sql, user: string | null): Scope => ({ account, named, user });

/** The same scope, while a condition holds too. */
export const onlyWhile = (condition: Sql, scope: Scope): Scope => ({
  ...scope,
  account: sql`CASE WHEN ${condition} THEN ${scope.account} END`,
});

/** The scope of an account that was just created, or for which the Worker itself acts. */
export const system = (account: string): Scope => unverified(account, null);

/** The scope of a caller without an account: no account has the empty id. */
export const nobody: Scope = unverified('', null);

/** The user whom the path, or the token, of a route with an `owner` names. */
export function ownerOf({ user }: Scope): string {
  if (user === null) throw new Error('a row of the table of routes lacks its owner');
  return user;
}

/** The condition that a row belongs to the account. */
export const ofAccount = ({ account }: Scope): Sql => sql`account_id = ${account}`;

/** The condition that a table has the row with this id: whether a creation under this scope took effect. */
export const exists = ({ named }: Scope, table: Sql, id: string): Sql =>
  sql`EXISTS (SELECT 1 FROM ${table} WHERE account_id = ${named} AND id = ${id})`;

/** The condition that a row belongs to the scope's user, or to the account where the scope names no user. */
export const ofUser = (scope: Scope): Sql =>
  scope.user === null ? ofAccount(scope) : sql`${ofAccount(scope)} AND user_id = ${scope.user}`;

/** The scope's user, for lists that are 404 where that user does not exist. */
export const selectOwner = ({ account, user }: Scope): Query =>
  query`SELECT 1 FROM users WHERE account_id = ${account} AND id = ${user}
    AND NOT ${raw(removed('users.account_id', 'users.id'))}`;
