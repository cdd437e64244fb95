/** Rows that a list omits: a page costs no more because of them. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newUser, type Reply } from '../support/client.ts';
import { reading } from '../support/database.ts';

it.each(['asc', 'desc'])(
  'pages past the events of expired holds at the cost of a page (%s)',
  async (order) => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const fill = (n: number, expiresAt: number | null) =>
      env.DB.prepare(
        `WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)
       INSERT INTO events (account_id, id, user_id, calendar_id, start_ts, duration, busy, last_start, reminders, metadata,
         created, updated, timezone, expires_at) SELECT ?, ? || n, ?, ?, 0, 1, 0, 0, '[]', '{}', 0, 0, 'UTC', ? FROM i`,
      )
        .bind(n, user.account.id, crypto.randomUUID(), user.id, calendarId, expiresAt)
        .run();
    await fill(3, null);
    await fill(500, 1);
    await fill(3, null);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { db, rows } = reading();
      const query = `?limit=100&order=${order}${cursor && `&cursor=${cursor}`}`;
      const reply: Reply = await user.account.call('GET', `/user/${user.id}/events${query}`, {
        env: { DB: db },
      });
      expect(rows()).toBeLessThan(120);
      seen.push(...reply.body.events.map(({ id }: { id: string }) => id));
      cursor = reply.body.nextCursor;
    }
    expect(new Set(seen).size).toBe(6);
  },
);
