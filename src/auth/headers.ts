/** What several callers read from the headers. */
import { Problem } from '../problem.ts';
import { isUuid } from '../resources/schemas.ts';

/** The account that a user or a visitor names, in `nettu-account`. */
export function accountIn(headers: Headers): string {
  const account = headers.get('nettu-account') ?? '';
  if (isUuid(account)) return account;
  throw new Problem('credentials-missing', "Send the account's id, a UUID, in the header nettu-account.");
}
