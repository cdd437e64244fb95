/** The databases that the operator has bound, by their places: see wrangler.toml. */
import type { Env } from '../env.ts';
import { MAX_PLACE } from './shard-ids.ts';

/** What the operator says of a place. */
export interface Declared {
  /** The binding of its database. */
  binding: string;
  /** Where it is, in a word of the operator's. Several places may share it. */
  region?: string;
}

export interface Place {
  number: number;
  db: D1Database;
  region: string | null;
}

/** One environment is all that an isolate is given; read once, then. */
const known = new WeakMap<Env, readonly Place[]>();

/**
 * Every place, the default one first.
 *
 * @throws Error where PLACES does not fit, which says what to mend.
 */
export function placesOf(env: Env): readonly Place[] {
  const places = known.get(env) ?? read(env);
  known.set(env, places);
  return places;
}

/**
 * A place by its number. One that there is not is place 0 to whoever names it: that knows no such account, and no
 * such key, so they hear what they hear of any other that does not exist, and in the same time.
 */
export function placeOf(env: Env, number: number): Place {
  const places = placesOf(env);
  return places.find((place) => place.number === number) ?? (places[0] as Place);
}

/** The database of a place. */
export const databaseOf = (env: Env, number: number): D1Database => placeOf(env, number).db;

function read(env: Env): Place[] {
  const { 0: first, ...others } = env.PLACES ?? {};
  if (first && first.binding !== 'DB') throw wrong('place 0 is the database that is bound as DB');
  const places = [
    placed(env, '0', { ...first, binding: 'DB' }),
    ...Object.entries(others).map(([number, declared]) => placed(env, number, declared)),
  ];
  for (const { number, db } of places) {
    const twin = places.find((other) => other.number < number && other.db === db);
    if (twin) throw wrong(`the places ${twin.number} and ${number} are the same database`);
  }
  return places;
}

function placed(env: Env, number: string, { binding, region }: Declared): Place {
  if (!/^(0|[1-9]\d{0,3})$/.test(number) || Number(number) > MAX_PLACE) {
    throw wrong(`${number} is no place: they are numbered from 0 to ${MAX_PLACE}`);
  }
  const db = (env as unknown as Record<string, unknown>)[binding];
  if (!isDatabase(db)) {
    throw wrong(
      `place ${number} is to be ${binding}, and no D1 database is bound by that name (d1_databases)`,
    );
  }
  if (region !== undefined && !/^[a-z0-9-]{1,32}$/.test(region)) {
    throw wrong(`the region of place ${number} must be 1 to 32 of a-z, 0-9 and -`);
  }
  return { number: Number(number), db, region: region ?? null };
}

const isDatabase = (value: unknown): value is D1Database =>
  typeof value === 'object' && value !== null && 'prepare' in value;

const wrong = (what: string) => new Error(`PLACES in wrangler.toml: ${what}.`);
