/**
 * Measures the Worker's CPU time for the most expensive requests that we know, each at a limit of the contract or just
 * above it. V8 samples only the Worker's isolate, so the local database does not count.
 */
import type { D1Database } from '@cloudflare/workers-types';
import { type Actor, newFixture } from './fixture.ts';
import { openInspector } from './inspector.ts';
import { selfTimes } from './self-times.ts';
import { startWorker } from './worker.ts';
import { type Stored, window, worst } from './worst-cases.ts';

export interface Worst {
  request: string;
  status: number;
  /** Milliseconds of CPU for one request. */
  cpu: number;
  /** The size of the answer's body. */
  bytes: number;
}

export async function measureWorst(code: string, rounds: number): Promise<Worst[]> {
  const fixture = newFixture({ accounts: 1, users: worst.length, actors: worst.length });
  const worker = await startWorker(fixture, { modules: { 'index.js': code }, inspected: true });
  try {
    const inspector = await openInspector(worker.inspector);
    await inspector.send('Profiler.enable');
    await inspector.send('Profiler.setSamplingInterval', { interval: 200 });
    const rows: Worst[] = [];
    for (const [i, { name, zones = ['Europe/Oslo'], events, isPublic }] of worst.entries()) {
      const actor = fixture.actors[i] as Actor;
      await fill(worker.db, actor, zones, events);
      const span = `startTs=${window.startTs}&endTs=${window.endTs}`;
      const path = isPublic
        ? `user/${actor.user}/freebusy?${span}`
        : `calendar/${actor.calendar}/events?${span}`;
      const headers = {
        'nettu-account': actor.account,
        ...(!isPublic && { authorization: `Bearer ${actor.token}` }),
      };
      const send = async () => {
        const response = await fetch(new URL(`/api/v1/${path}`, worker.url), { headers });
        return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
      };
      const { status, bytes } = await send();
      await send();
      await inspector.send('Profiler.start');
      for (let round = 0; round < rounds; round++) await send();
      const { profile } = await inspector.send('Profiler.stop');
      const cpu =
        selfTimes(profile)
          .filter(({ name }) => name !== '(program)')
          .reduce((sum, { self }) => sum + self, 0) / rounds;
      rows.push({ request: name, status, cpu, bytes });
    }
    inspector.close();
    return rows;
  } finally {
    await worker.stop();
  }
}

/** Spreads the events over one calendar for each zone. The first calendar is the user's own. */
async function fill(db: D1Database, { account, user, calendar }: Actor, zones: string[], events: Stored[]) {
  const ids = zones.map((_, i) => (i ? crypto.randomUUID() : calendar));
  await db
    .prepare(
      `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
       SELECT ?, value ->> 0, ?, value ->> 1, 'Mon', '{}' FROM json_each(?) WHERE true
       ON CONFLICT DO UPDATE SET timezone = excluded.timezone`,
    )
    .bind(account, user, JSON.stringify(zones.map((zone, i) => [ids[i], zone])))
    .run();
  const rows = events.map((event, i) => [
    crypto.randomUUID(),
    ids[i % ids.length],
    event.startTs,
    event.duration ?? 1_800_000,
    event.recurrence ? JSON.stringify(event.recurrence) : null,
    event.recurrence ? null : event.startTs,
    JSON.stringify(event.exdates ?? []),
    JSON.stringify(event.metadata ?? {}),
  ]);
  // D1 accepts at most 2 MB in a parameter.
  const step = Math.max(1, Math.floor(500_000 / JSON.stringify(rows[0]).length));
  for (let i = 0; i < rows.length; i += step) {
    await db
      .prepare(
        `INSERT INTO events (account_id, user_id, id, calendar_id, start_ts, duration, busy, recurrence, last_start,
           exdates, reminders, metadata, created, updated)
         SELECT ?, ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 1, value ->> 4, value ->> 5, value ->> 6,
           '[]', value ->> 7, 0, 0 FROM json_each(?)`,
      )
      .bind(account, user, JSON.stringify(rows.slice(i, i + step)))
      .run();
  }
}
