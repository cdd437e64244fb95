/** Events by the hundred thousand, filled in by SQL with all triggers of the schema. */
import type { D1Database } from '@cloudflare/workers-types';
import type { Actor } from './fixture.ts';

/** The events of one statement: it takes about a second. */
const STEP = 25_000;

/** One event in so many has a reminder. */
export const REMINDED = 10;

/**
 * Adds events to the actor's calendar, a minute after each other, with an entry of metadata each and ids in random order.
 * One in `REMINDED` has a reminder that is due at once; it has no effect without a webhook.
 *
 * @param from the number of the first event; `to` is that after the last one.
 */
export async function addEvents(
  db: D1Database,
  { account, user, calendar }: Pick<Actor, 'account' | 'user' | 'calendar'>,
  from: number,
  to: number,
): Promise<void> {
  const now = Date.now();
  // D1 binds every number as a float.
  const insert = db.prepare(
    `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata,
       created, updated)
     SELECT ?3, printf('%08x-0004-4000-8000-%012x', random() & 0xffffffff, i), ?4, ?5, start, 900000, 1, start,
       CASE i % ${REMINDED} WHEN 0 THEN '[{"delta":0,"identifier":"now"}]' ELSE '[]' END, '{"color":"red"}', ${now}, ${now}
     FROM (SELECT i, CASE i % ${REMINDED} WHEN 0 THEN ${now} ELSE ${Date.UTC(2030, 0)} + i * 60000 END AS start FROM n)`,
  );
  for (let i = from; i < to; i += STEP)
    await insert.bind(i, Math.min(to, i + STEP), account, calendar, user).run();
}
