/** What several callers read from the headers. */
import { placeOfAccount } from '../db/shard-ids.ts';
import { Problem } from '../problem.ts';
import { isUuid } from '../validation/schemas.ts';
import { placeOfKey } from './api-key.ts';

/** The account that a user or a visitor names, in `nettu-account`. */
export function accountIn(headers: Headers): string {
  const account = headers.get('nettu-account') ?? '';
  if (isUuid(account)) return account;
  throw new Problem('credentials-missing', "Send the account's id, a UUID, in the header nettu-account.");
}

/** The place that a request's credentials name, true or not. */
export const placeIn = (headers: Headers): number =>
  placeOfKey(headers.get('x-api-key') ?? '') ?? placeOfAccount(headers.get('nettu-account') ?? '');
