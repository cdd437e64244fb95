/**
 * Limits the rows that a caller's requests have the database read and write. The database serves all accounts with one
 * thread and bills by rows, so what counts is what a request costs, not only how many there are. The isolate counts in its
 * memory, from the figures that D1 returns with each batch: that takes no round trip and writes nothing.
 */
import type { Caller } from '../auth/credential.ts';
import { BoundedMap } from '../bounded-map.ts';
import {
  ACCOUNT_ROWS_MAX,
  ADDRESS_ROWS_MAX,
  REQUEST_ROWS_MIN,
  ROW_WRITTEN_ROWS,
  ROWS_WINDOW_SECONDS,
  USER_ROWS_MAX,
} from '../limits.ts';
import type { Trace } from '../trace.ts';
import { addressIn, limited, networkOf, type Policy } from './rate-limit.ts';

const rows = (name: string, who: string, max: number): Policy => ({
  name,
  who: `${who} had too many rows read or written`,
  max,
  seconds: ROWS_WINDOW_SECONDS,
});
const ofUser = rows('user-rows', 'This user', USER_ROWS_MAX);
const ofUsers = rows('users-rows', 'The users of this account', ACCOUNT_ROWS_MAX);
const ofAccount = rows('account-rows', 'This account', ACCOUNT_ROWS_MAX);
const ofAddress = rows('address-rows', 'This address', ADDRESS_ROWS_MAX);

/** One of those whom the rows of a request count for. */
export interface Reader {
  policy: Policy;
  key: string;
}

/** A leaky bucket: the rows in it at that moment, in milliseconds since the epoch. They drain within the window. */
interface Level {
  rows: number;
  at: number;
}

/** The readers whose rows this isolate counts. One whom it drops begins anew. */
const READERS_MAX = 10_000;
const levels = new BoundedMap<string, Level>(READERS_MAX);

/**
 * Whom the rows of a request count for: the user and all users of the account together, or the account with its API keys,
 * each once this isolate has verified the credential; without a credential, the address. So nobody can use up another's.
 * None under `wrangler dev`.
 */
export function readersOf({ anonymous, known, namedAccount, userId }: Caller, headers: Headers): Reader[] {
  const address = addressIn(headers);
  if (!address) return [];
  if (anonymous) return [{ policy: ofAddress, key: networkOf(address) }];
  if (!known || namedAccount === null) return [];
  if (userId === null) return [{ policy: ofAccount, key: namedAccount }];
  return [
    { policy: ofUser, key: `${namedAccount}/${userId}` },
    { policy: ofUsers, key: `${namedAccount}/users` },
  ];
}

/**
 * Refuses a request of a reader who is beyond the limit.
 *
 * @param now milliseconds since the epoch.
 * @throws Problem `rate-limited`
 */
export function limitRows(readers: readonly Reader[], now: number): void {
  for (const { policy, key } of readers) {
    const beyond = levelOf(key, policy, now) - policy.max;
    if (beyond > 0) throw limited(policy, Math.ceil((beyond * policy.seconds) / policy.max));
  }
}

/** The rows that a request has had read so far, and those that it has had written, as so many more. */
export const rowsOf = ({ rowsRead, rowsWritten }: Pick<Trace, 'rowsRead' | 'rowsWritten'>): number =>
  rowsRead + ROW_WRITTEN_ROWS * rowsWritten;

/** Counts the rows of a request. */
export function countRows(readers: readonly Reader[], rows: number, now: number): void {
  const counted = Math.max(rows, REQUEST_ROWS_MIN);
  for (const { policy, key } of readers)
    levels.set(key, { rows: levelOf(key, policy, now) + counted, at: now });
}

function levelOf(key: string, { max, seconds }: Policy, now: number): number {
  const { rows, at } = levels.get(key) ?? { rows: 0, at: now };
  return Math.max(0, rows - (Math.max(0, now - at) * max) / (seconds * 1000));
}
