/**
 * The condition that the operator has suspended an account (`npm run account -- suspend`). The table is empty most of the
 * time, and then the condition reads no row.
 *
 * @param account the column with the account's id.
 */
export const suspended = (account: string): string =>
  `EXISTS (SELECT 1 FROM suspensions WHERE suspensions.account_id = ${account})`;
