/** The shard of a new account: in the region that the request names, the database with the most room. */
import { equalSecrets } from '../../crypto/hash.ts';
import { Connection } from '../../db/connection.ts';
import {
  type IdempotentRequest,
  insertIdempotencyRecord,
  isNew,
  isOf,
  keyReused,
  selectIdempotencyRecord,
} from '../../db/idempotency-store.ts';
import { nobody } from '../../db/scope.ts';
import { type Shard, shardsOf } from '../../db/shards.ts';
import { query, sql } from '../../db/sql.ts';
import type { Env } from '../../env.ts';
import type { ParsedRequest } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import type { CreateAccount } from '../../sdk/types.ts';
import { invalid } from '../../validation/schemas.ts';

/** A D1 database holds 10 GB. The last gigabyte is for the accounts that it already has. */
const FULL_BYTES = 9e9;

/** How long a database has to report its size. Without a report it gets no new account. */
const SIZE_TIMEOUT_MS = 2000;

/**
 * Checks the code of a request to create an account, and chooses the account's shard. With a single shard it makes no
 * round trip. With several it asks all candidates at once for their size; and a request with an `Idempotency-Key` then
 * makes one to shard 0, which stores the first choice, since sizes change and the account's shard holds the answer.
 *
 * @param endsMs when it gives up, in milliseconds since the epoch.
 * @throws Problem `account-code-wrong`, `account-creation-closed`, `input-invalid`, `no-room`, `idempotency-key-reused`,
 *   `database-unavailable`; Outage
 */
export async function shardForNewAccount(
  { input: { env, body, now }, idempotency }: ParsedRequest,
  endsMs: number,
): Promise<Shard> {
  const { code, region } = body as CreateAccount;
  await checkCode(env, code);
  const shards = shardsOf(env);
  const candidates = shards.filter((shard) => region === undefined || shard.region === region);
  if (candidates.length === 0) throw unknownRegion(shards);
  const [first, ...more] = shards as [Shard, ...Shard[]];
  if (more.length === 0) return first;
  const choice = candidates.length === 1 ? (candidates[0] as Shard) : await roomiest(candidates);
  if (!idempotency) return choice;
  const number = await firstChoice(new Connection(first.db, { endsMs }), idempotency, choice.number, now);
  return shards.find((shard) => shard.number === number) ?? first;
}

async function checkCode({ CREATE_ACCOUNT_SECRET_CODE: secret }: Env, code: string): Promise<void> {
  if (!secret) {
    throw new Problem(
      'account-creation-closed',
      'The operator has not set the secret CREATE_ACCOUNT_SECRET_CODE.',
    );
  }
  if (!(await equalSecrets(code, secret)))
    throw new Problem('account-code-wrong', 'Get the code from the operator.');
}

async function roomiest(candidates: readonly Shard[]): Promise<Shard> {
  const sizes = await Promise.allSettled(candidates.map(({ db }) => sizeOf(db)));
  const known = sizes.flatMap((size, i) =>
    size.status === 'fulfilled' ? [{ shard: candidates[i] as Shard, bytes: size.value }] : [],
  );
  const [best] = known.filter(({ bytes }) => bytes < FULL_BYTES).sort((a, b) => a.bytes - b.bytes);
  if (best) return best.shard;
  if (known.length < candidates.length) throw new Problem('database-unavailable');
  throw new Problem('no-room', 'Every database of the region is full. The operator has to add one.');
}

async function sizeOf(db: D1Database): Promise<number> {
  const connection = new Connection(db, { endsMs: Date.now() + SIZE_TIMEOUT_MS });
  await connection.batch([query`SELECT 1`]);
  return connection.bytes;
}

/** The shard that the first request with this key chose; this request's choice where it is the first. */
async function firstChoice(
  connection: Connection,
  request: IdempotentRequest,
  choice: number,
  now: number,
): Promise<number> {
  // The caller 'place' stays: records of the release before have it.
  const stored: IdempotentRequest = { ...request, caller: 'place' };
  // The first choice stays. And with a single shard, the answer itself was stored here, and no choice.
  const created = sql`${isNew(nobody, stored, now)} AND ${isNew(nobody, request, now)}`;
  const [, [record]] = await connection.batch(
    [
      insertIdempotencyRecord(nobody, stored, { answer: String(choice), created, now }),
      selectIdempotencyRecord(nobody, stored, now),
    ],
    { repeatable: true },
  );
  if (record && !(await isOf(record, request))) throw keyReused();
  return Number(record?.answer ?? 0);
}

function unknownRegion(shards: readonly Shard[]): Problem {
  const regions = new Set(shards.flatMap(({ region }) => region ?? []));
  const reason = regions.size ? `must be one of ${[...regions].sort().join(', ')}` : 'is not offered here';
  return invalid([{ path: 'region', reason }]);
}
