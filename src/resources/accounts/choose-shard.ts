/** Where a new account is to live: in the region that it names, and there in the database with the most room. */
import { Connection } from '../../db/connection.ts';
import { insertRemembered, isNew, type Memo, selectRemembered } from '../../db/idempotency-store.ts';
import { nobody } from '../../db/scope.ts';
import { type Place, placesOf } from '../../db/shards.ts';
import { query } from '../../db/sql.ts';
import type { Env } from '../../env.ts';
import { reused } from '../../http/idempotency.ts';
import { Problem } from '../../problem.ts';
import { invalid } from '../../validation/schemas.ts';

/** A D1 database holds 10 GB. The last of them is for the accounts that it has. */
const FULL = 9e9;

/** Milliseconds for a database to say how full it is: without an answer it gets no account. */
const PATIENCE = 2000;

/**
 * Asks nothing where there is one place. Else it takes a round trip to all candidates at once; and where the request may
 * be sent again, one to place 0, which remembers what was chosen the first time: how full databases are changes, and
 * the answer that is to be given again lies beside the account.
 *
 * @param region of the operator's; undefined: any.
 * @param ends when it is given up, in milliseconds since the epoch.
 * @throws Problem `input-invalid`, `no-room`, `idempotency-key-reused`, `database-unavailable`; Outage
 */
export async function chooseHome(
  env: Env,
  region: string | undefined,
  { memo, now, ends }: { memo: Memo | null; now: number; ends: number },
): Promise<Place> {
  const places = placesOf(env);
  const candidates = places.filter((place) => region === undefined || place.region === region);
  if (candidates.length === 0) throw unknownRegion(places);
  const [first, ...more] = places as [Place, ...Place[]];
  if (more.length === 0) return first;
  const choice = candidates.length === 1 ? (candidates[0] as Place) : await roomiest(candidates);
  if (!memo) return choice;
  const number = await chosenBefore(new Connection(first.db, { ends }), memo, choice.number, now);
  return places.find((place) => place.number === number) ?? first;
}

async function roomiest(candidates: readonly Place[]): Promise<Place> {
  const sizes = await Promise.allSettled(candidates.map(({ db }) => sizeOf(db)));
  const known = sizes.flatMap((size, i) =>
    size.status === 'fulfilled' ? [{ place: candidates[i] as Place, bytes: size.value }] : [],
  );
  const [best] = known.filter(({ bytes }) => bytes < FULL).sort((a, b) => a.bytes - b.bytes);
  if (best) return best.place;
  if (known.length < candidates.length) throw new Problem('database-unavailable');
  throw new Problem('no-room', 'Every database here is full. The operator has to add one.');
}

async function sizeOf(db: D1Database): Promise<number> {
  const connection = new Connection(db, { ends: Date.now() + PATIENCE });
  await connection.batch([query`SELECT 1`]);
  return connection.bytes;
}

/** The place of the first request with this key; this one's choice where it is the first. */
async function chosenBefore(first: Connection, memo: Memo, choice: number, now: number): Promise<number> {
  const chosen: Memo = { ...memo, caller: 'place' };
  const [, [row]] = await first.batch(
    [
      // While there was but one place the answer itself was remembered here, and nothing chosen.
      insertRemembered(nobody, chosen, { answer: String(choice), made: isNew(nobody, memo, now), now }),
      selectRemembered(nobody, chosen, now),
    ],
    { repeatable: true },
  );
  if (row && row.request !== memo.request) throw reused();
  return Number(row?.answer ?? 0);
}

function unknownRegion(places: readonly Place[]): Problem {
  const regions = new Set(places.flatMap(({ region }) => region ?? []));
  const reason = regions.size ? `must be one of ${[...regions].sort().join(', ')}` : 'is not offered here';
  return invalid([{ path: 'region', reason }]);
}
