/**
 * The data that every database of the bench starts with: accounts with a key pair, users, and a calendar for each user.
 * Ids are computed from numbers, so that the same requests work on every database. They are scattered like random ids, so
 * that the indexes fill in random order.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { D1Database } from '@cloudflare/workers-types';
import jwt from 'jsonwebtoken';
import { build } from '../../src/dev/migrations.ts';

/** A user for whom the bench sends requests, with the credentials for them. */
export interface Actor {
  account: string;
  apiKey: string;
  user: string;
  calendar: string;
  /** The user's value of the metadata key `cohort`. A tenth of the account's users share it. */
  cohort: string;
  token: string;
  expiredToken: string;
  /** A valid token, except that another key signed it. */
  forgedToken: string;
}

interface Account {
  number: number;
  id: string;
  apiKey: string;
  privateKey: string;
  publicKey: string;
}

export interface Fixture {
  accounts: readonly Account[];
  /** The users of each account in a new database. */
  users: number;
  actors: readonly Actor[];
}

const COHORTS = 10;
const kinds = { account: 0, user: 1, calendar: 2 };

/** @param size the number of accounts, and the users and actors of each account. */
export function newFixture(size: { accounts: number; users: number; actors: number }): Fixture {
  const accounts = Array.from({ length: size.accounts }, (_, number) => newAccount(number));
  const { privateKey: otherKey } = newKeys();
  const byAccount = accounts.flatMap((account) =>
    Array.from({ length: size.actors }, (_, i) => newActor(account, i, otherKey)),
  );
  // Neighbours are of different accounts, as in real traffic.
  const actors = byAccount
    .map((actor, i) => ({ actor, turn: i % size.actors }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ actor }) => actor);
  return { accounts, users: size.users, actors };
}

function newAccount(number: number): Account {
  const id = idOf('account', number, 0);
  const secret = createHash('sha256').update(`api key of ${id}`).digest('base64url').slice(0, 32);
  return { number, id, apiKey: `sk_${secret}`, ...newKeys() };
}

function newKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function newActor({ number, id, apiKey, privateKey }: Account, user: number, otherKey: string): Actor {
  const iat = Math.floor(Date.now() / 1000) - 7200;
  const claims = {
    nettuSchedulerUserId: idOf('user', number, user),
    iat,
    exp: iat + 86_400,
    schedulerPolicy: { allow: ['CreateCalendar', 'UpdateCalendar', 'CreateCalendarEvent'] },
  };
  const sign = (changes: { exp?: number }, key: string) =>
    jwt.sign({ ...claims, ...changes }, key, { algorithm: 'RS256' });
  return {
    account: id,
    apiKey,
    user: claims.nettuSchedulerUserId,
    calendar: idOf('calendar', number, user),
    cohort: `c${user % COHORTS}`,
    token: sign({}, privateKey),
    expiredToken: sign({ exp: iat + 3600 }, privateKey),
    forgedToken: sign({}, otherKey),
  };
}

/** Knuth's multiplier, 2^32 over the golden ratio: it maps neighbouring numbers to distant ones, without collisions. */
const SCATTER = 2_654_435_761;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** The id of the n-th user or calendar of an account. `idSql` computes the same id in SQL. */
function idOf(kind: keyof typeof kinds, account: number, n: number): string {
  const scattered = Math.imul(n, SCATTER) >>> 0;
  return `${hex(scattered, 8)}-000${kinds[kind]}-4000-8000-${hex(account, 4)}${hex(n, 8)}`;
}

const idSql = (kind: keyof typeof kinds, account: number) =>
  `printf('%08x-000${kinds[kind]}-4000-8000-%04x%08x', (n * ${SCATTER}) & 0xffffffff, ${account}, n)`;

/** Gives an empty database the schema and the fixture. */
export async function fill(db: D1Database, { accounts, users }: Fixture): Promise<void> {
  await build(db);
  const created = Date.now();
  for (const account of accounts) {
    const { id, apiKey, publicKey } = account;
    const hash = createHash('sha256').update(apiKey).digest('base64url');
    await db.batch([
      db.prepare('INSERT INTO accounts (id, created) VALUES (?, ?)').bind(id, created),
      db
        .prepare('INSERT INTO api_keys (account_id, id, hash, hint, created) VALUES (?, ?, ?, ?, ?)')
        .bind(id, id, hash, apiKey.slice(-4), created),
      db
        .prepare('INSERT INTO signing_keys (account_id, kid, pem, state, created) VALUES (?, ?, ?, ?, ?)')
        .bind(id, 'main', publicKey, 'active', created),
    ]);
    await addUsers(db, account, 0, users);
    await addCalendars(db, account, 0, users);
  }
}

// D1 binds every number as a float. Without the cast, a cohort's name would end in `.0`.
const numbers = `WITH RECURSIVE numbers (n) AS (
    SELECT CAST(?1 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)`;

/** Adds the users with these numbers, and returns the size of the database in bytes. */
export async function addUsers(db: D1Database, account: Account, from: number, to: number): Promise<number> {
  const { meta } = await db
    .prepare(`${numbers}
      INSERT INTO users (account_id, id, metadata)
      SELECT ?3, ${idSql('user', account.number)}, json_object('plan', 'free', 'cohort', 'c' || (n % ${COHORTS})) FROM numbers`)
    .bind(from, to, account.id)
    .run();
  return meta.size_after;
}

/** Adds a calendar for each user with these numbers, and returns the size of the database in bytes. */
export async function addCalendars(
  db: D1Database,
  account: Account,
  from: number,
  to: number,
): Promise<number> {
  const { meta } = await db
    .prepare(`${numbers}
      INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
      SELECT ?3, ${idSql('calendar', account.number)}, ${idSql('user', account.number)}, 'Europe/Oslo', 'Mon',
        json_object('color', 'red') FROM numbers`)
    .bind(from, to, account.id)
    .run();
  return meta.size_after;
}
