/** Whose data a statement may touch. Every statement of a resource takes a scope; none is built without. */
import { type Sql, sql } from './sql.ts';

/**
 * Made by the functions below alone. `account` is SQL for an account's id, or for NULL, which equals nothing: a
 * statement that compares with it is its own guard.
 */
export interface Scope {
  readonly account: Sql;
  /** The id of the account that the credentials name, whether or not they hold: for what is dropped where they do not. */
  readonly named: Sql;
  /** The user whom the path or the token names; null where an admin path names none. */
  readonly user: string | null;
}

/** The account that a request names, true or not: for a query whose rows are dropped unless that is proven beside them. */
export const claimed = (account: string, user: string | null): Scope =>
  guardedBy(sql`${account}`, sql`${account}`, user);

/** @param account yields the account's id only while the caller's credentials hold. */
export const guardedBy = (account: Sql, named: Sql, user: string | null): Scope => ({ account, named, user });

/** The same scope while something else holds too. */
export const onlyWhile = (condition: Sql, scope: Scope): Scope => ({
  ...scope,
  account: sql`CASE WHEN ${condition} THEN ${scope.account} END`,
});

/** An account that was just made, or that the Worker itself acts for. */
export const system = (account: string): Scope => claimed(account, null);

/** No account has the empty id. */
export const nobody: Scope = claimed('', null);

/** The user whom the path or the token of a route with an `owner` names. */
export function ownerOf({ user }: Scope): string {
  if (user === null) throw new Error('a row of the table lacks its owner');
  return user;
}

/** The condition on a table of things that belong to accounts. */
export const ofAccount = ({ account }: Scope): Sql => sql`account_id = ${account}`;

/** The condition that a table of things that belong to accounts has this one: for what was just made with this scope. */
export const isThere = ({ named }: Scope, table: Sql, id: string): Sql =>
  sql`EXISTS (SELECT 1 FROM ${table} WHERE account_id = ${named} AND id = ${id})`;

/** The condition on a table of things that belong to users: the user's where the scope has one, else the account's. */
export const ofUser = (scope: Scope): Sql =>
  scope.user === null ? ofAccount(scope) : sql`${ofAccount(scope)} AND user_id = ${scope.user}`;
