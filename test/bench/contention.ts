/**
 * Sends bookings at once that could all take place, with plain `fetch` and no retries, and counts what each of them gets:
 * with the database near and far, alone and beside an attacker who moves a booking of the same host on another day, again
 * and again. The Worker limits the writes of a user to 10 a second and those of an API key to 60 (USER_WRITES_MAX,
 * ACCOUNT_WRITES_MAX), but counts none without an address: the bench sends none, so nothing holds the attacker back.
 */
import type { D1Database } from '@cloudflare/workers-types';
import type { MultiPerson } from '../../src/sdk/types.ts';
import { faultsOf, STORED, storedOf } from '../support/sound.ts';
import { type Actor, newFixture } from './fixture.ts';
import { PRIMARY_MS } from './nearest.ts';
import type { Tally } from './references/observed.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface Contention {
  case: string;
  distance: string;
  /** The number of answers by status: 201 and 200, 409, 503, and all others. */
  taken: number;
  refused: number;
  contended: number;
  other: number;
  /** The mean round trips to the database of a request. */
  trips: number;
  /** From the first request to the last answer. */
  seconds: number;
  /** The attacker's moves that took place, a second; null without an attacker. */
  attacks: number | null;
  /** Of a round robin: the most bookings that a host got, less the fewest. */
  spread: number | null;
}

interface Answer {
  status: number;
  trips: number;
  hosts: readonly string[];
  id: string;
}

export const ATTACKS_PER_SECOND = 90;
const HEAD_START_MS = 500;
/** A request that has no answer by then counts as `other`. */
const ANSWER_WITHIN_MS = 20_000;
const SLOT_MS = 900_000;
/** A Monday, in milliseconds since the epoch. */
const FIRST_MS = Date.UTC(2030, 0, 7);
/** The day of the attack, which has none of the other bookings. */
const ATTACKED_MS = FIRST_MS + 30 * 86_400_000;

const roundRobin: MultiPerson = { variant: 'roundRobinAlgorithm', data: 'availability' };
const slot = (i: number) => FIRST_MS + i * SLOT_MS;
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** The services of a case, and how to use them. */
interface Stage {
  /** The service of all hosts. */
  all: string;
  /** A service of each host alone. */
  each: readonly string[];
  book(service: string, startMs: number): Promise<Answer>;
  move(booking: string, startMs: number): Promise<Answer>;
}

interface Case {
  name: string;
  hosts: number;
  multiPerson: MultiPerson;
  /** Prepares the requests, and returns what sends them at once. */
  begin(stage: Stage): Promise<() => Promise<Answer>[]>;
}

const cases: readonly Case[] = [
  {
    name: '200 slots of one host',
    hosts: 1,
    multiPerson: roundRobin,
    begin:
      async ({ all, book }) =>
      () =>
        times(200, (i) => book(all, slot(i))),
  },
  {
    name: '200 seats of one slot',
    hosts: 1,
    multiPerson: { variant: 'group', data: 200 },
    begin:
      async ({ all, book }) =>
      () =>
        times(200, () => book(all, slot(0))),
  },
  {
    name: '300 slots of a round robin of 50 hosts',
    hosts: 50,
    multiPerson: roundRobin,
    begin:
      async ({ all, book }) =>
      () =>
        times(300, (i) => book(all, slot(i))),
  },
  {
    name: '20 slots of a collective of 10 hosts, and 10 of each of them',
    hosts: 10,
    multiPerson: { variant: 'collective' },
    begin:
      async ({ all, each, book }) =>
      () =>
        times(120, (i) => (i % 6 === 0 ? book(all, slot(i)) : book(each[i % each.length] ?? all, slot(i)))),
  },
  {
    name: '12 moves of one booking',
    hosts: 1,
    multiPerson: roundRobin,
    async begin({ all, book, move }) {
      const { id } = await book(all, slot(0));
      return () => times(12, (i) => move(id, slot(i + 1)));
    },
  },
];

/** @param code our bundle, and `observed`, which wraps it. */
export async function measureContention(
  code: { ours: string; observed: string },
  where: 'near' | 'everywhere',
): Promise<Contention[]> {
  const hosts = cases.reduce((sum, { hosts }) => sum + hosts, 0);
  const fixture = newFixture({ accounts: 1, users: hosts, actors: hosts });
  const modules = { 'observed.js': code.observed, 'worker-under-test': code.ours };
  const rows: Contention[] = [];
  for (const attacked of where === 'near' ? [false] : [false, true]) {
    for (const DELAY_MS of where === 'near' ? [0] : [0, PRIMARY_MS]) {
      const worker = await startWorker(fixture, { modules, bindings: { DELAY_MS }, silent: true });
      const distance = `${DELAY_MS === 0 ? 'near' : `${DELAY_MS} ms`}${attacked ? ', attacked' : ''}`;
      try {
        let from = 0;
        for (const one of cases) {
          const actors = fixture.actors.slice(from, from + one.hosts);
          from += one.hosts;
          rows.push({ case: one.name, distance, ...(await measure(worker, one, actors, attacked)) });
          await check(worker.db, actors, `${one.name}, ${distance}`);
        }
      } finally {
        await worker.stop();
      }
    }
  }
  return rows;
}

async function measure(
  worker: LocalWorker,
  { multiPerson, begin }: Case,
  actors: readonly Actor[],
  attacked: boolean,
): Promise<Omit<Contention, 'case' | 'distance'>> {
  const stage = await newStage(worker, multiPerson, actors);
  const target = await stage.book(stage.all, ATTACKED_MS);
  const send = await begin(stage);
  const stop = attacked ? attack((i) => stage.move(target.id, ATTACKED_MS + (i % 2) * SLOT_MS)) : null;
  if (attacked) await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
  const startMs = performance.now();
  const answers = await Promise.all(send());
  const seconds = (performance.now() - startMs) / 1000;
  const attacks = stop ? await stop() : null;
  const having = (...statuses: number[]) => answers.filter(({ status }) => statuses.includes(status)).length;
  const [taken, refused, contended] = [having(200, 201), having(409), having(503)];
  const bookings = actors.map(({ user }) => answers.filter(({ hosts }) => hosts.includes(user)).length);
  return {
    taken,
    refused,
    contended,
    other: answers.length - taken - refused - contended,
    trips: answers.reduce((sum, { trips }) => sum + trips, 0) / answers.length,
    seconds,
    attacks,
    spread:
      bookings.length > 1 && multiPerson === roundRobin
        ? Math.max(...bookings) - Math.min(...bookings)
        : null,
  };
}

/**
 * Sends at a fixed rate, as long as the answers come within a second. Returns what stops it and waits for the last answer,
 * and then says how many moves took place, a second.
 */
function attack(send: (i: number) => Promise<Answer>): () => Promise<number> {
  const open = new Set<Promise<void>>();
  let [sent, moves] = [0, 0];
  const startMs = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) / 1000) * ATTACKS_PER_SECOND;
    for (; sent < due && open.size < ATTACKS_PER_SECOND; sent++) {
      const move = send(sent).then(({ status }) => {
        if (status === 200) moves++;
        open.delete(move);
      });
      open.add(move);
    }
  }, 5);
  return async () => {
    clearInterval(timer);
    await Promise.all(open);
    return moves / ((performance.now() - startMs) / 1000);
  };
}

/** Creates the services, and hosts that are always open. */
async function newStage(
  { db, url }: LocalWorker,
  multiPerson: MultiPerson,
  actors: readonly Actor[],
): Promise<Stage> {
  const [{ account, apiKey }] = actors as [Actor];
  const [all, ...each] = times(actors.length + 1, () => crypto.randomUUID()) as [string, ...string[]];
  const day = '[{"start":{"hours":0,"minutes":0},"end":{"hours":24,"minutes":0}}]';
  const rules = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map(
    (value) => `{"variant":{"type":"WDay","value":"${value}"},"intervals":${day}}`,
  );
  const service = db.prepare(
    `INSERT INTO services (account_id, id, multi_person, metadata) VALUES (?, ?, ?, '{}')`,
  );
  const schedule = db.prepare(
    `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata) VALUES (?, ?, ?, 'UTC', ?, '{}')`,
  );
  const host = db.prepare(
    `INSERT INTO service_users (account_id, service_id, user_id, schedule_id, buffer_before, buffer_after, closest, busy)
     VALUES (?, ?, ?, ?, 0, 0, 0, json_array(?))`,
  );
  await db.batch([
    service.bind(account, all, JSON.stringify(multiPerson)),
    ...each.map((id) => service.bind(account, id, JSON.stringify(roundRobin))),
    ...actors.map(({ user, calendar }) =>
      schedule.bind(account, calendar.replace('-0002-', '-0003-'), user, `[${rules}]`),
    ),
    ...actors.flatMap(({ user, calendar }, i) =>
      [all, each[i]].map((id) =>
        host.bind(account, id, user, calendar.replace('-0002-', '-0003-'), calendar),
      ),
    ),
  ]);
  // Each on a connection of its own: on one that the server is about to close, a request may fail.
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json', connection: 'close' };
  const send = async (method: string, path: string, body: object): Promise<Answer> => {
    try {
      const sent = {
        method,
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      };
      const response = await fetch(new URL(`/api/v1/${path}`, url), sent);
      const { booking } = (await response.json()) as { booking?: { id: string; hostUserIds: string[] } };
      const { trips }: Tally = JSON.parse(response.headers.get('x-cost') ?? '{}');
      return { status: response.status, trips, hosts: booking?.hostUserIds ?? [], id: booking?.id ?? '' };
    } catch {
      return { status: 0, trips: 0, hosts: [], id: '' };
    }
  };
  return {
    all,
    each,
    book: (service, startTs) => send('POST', `service/${service}/booking`, { startTs, duration: SLOT_MS }),
    move: (booking, startTs) => send('PUT', `booking/${booking}`, { startTs }),
  };
}

/** @throws Error where two bookings overlap, or any other invariant of stored bookings is broken. */
async function check(db: D1Database, [actor]: readonly Actor[], name: string): Promise<void> {
  const results = await db.batch(STORED.map((text) => db.prepare(text).bind(actor?.account)));
  const faults = faultsOf(storedOf(results.map(({ results }) => results)), Date.now());
  if (faults.length > 0) throw new Error(`${name}: ${faults.join('; ')}`);
}
