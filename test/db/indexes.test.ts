/** Every statement that a route sends uses an index, according to SQLite's own query plan. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newAccount } from '../support/client.ts';
import { type Entry, entries, prepare, send, titled } from '../support/rows.ts';

const querying = entries.filter(({ trips }) => trips > 0);

async function plansOf(entry: Entry, query?: string): Promise<string[]> {
  const user = await (await newAccount()).newUser({ color: 'red' });
  const request = await prepare(entry, user);
  const explained: D1PreparedStatement[] = [];
  const session = {
    prepare: (text: string) => ({
      bind: (...params: unknown[]) => {
        explained.push(env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(...params));
        return env.DB.prepare(text).bind(...params);
      },
    }),
    batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
    getBookmark: () => null,
  };
  const db = { ...session, withSession: () => session } as unknown as D1Database;
  const path = query ? request.path + query : request.path;
  const reply = await send(query ? { ...entry, fixture: {} } : entry, user, {
    ...request,
    path,
    env: { DB: db },
  });
  expect(reply.status).toBeLessThan(300);
  expect(explained.length).toBeGreaterThan(0);
  const plans = await env.DB.batch<{ detail: string }>(explained);
  return plans.flatMap(({ results }) => results.map(({ detail }) => detail));
}

/** A SCAN reads a whole table, unless it is of a list in a parameter, of a constant, or of rows already found. */
const scans = (plan: string[]) =>
  plan.filter((step) =>
    /^SCAN (?!json_each|part$|walk$|class|calendar$|(?:t|one|slot|chosen|decided)$|candidate$|read$|sized$|new$|host$|k$|reference$|failing$|endpoints(?: LEFT-JOIN)?$|\d+ CONSTANT ROWS|CONSTANT ROW|\d+-ROW VALUES CLAUSE|\(|\w+ VIRTUAL TABLE)/.test(
      step,
    ),
  );

it.each(titled(querying))('%s scans no table', async (_, entry) => {
  expect(scans(await plansOf(entry))).toEqual([]);
});

it('free/busy looks up each calendar in calendarIds by its key', async () => {
  const entry = entries.find(({ name }) => name.endsWith('/freebusy')) as Entry;
  const plan = await plansOf(entry, '?startTs=0&endTs=1&calendarIds=');
  expect(scans(plan)).toEqual([]);
  expect(plan.join('\n')).toMatch(/SEARCH calendars USING INDEX sqlite_autoindex_calendars_1/);
});

it('every trigger looks up search entries by their primary key', async () => {
  const { results } = await env.DB.prepare(
    "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%\\_metadata\\_%' ESCAPE '\\' ORDER BY name",
  ).all<{ sql: string }>();
  const deletions = results.flatMap(({ sql }) => sql.match(/DELETE FROM[^;]+/g) ?? []);
  expect(deletions).toHaveLength(10);
  for (const statement of deletions) {
    const alone = statement.replace(/\b(?:OLD|NEW)\.(\w+)/g, (_, column) =>
      column === 'seq' ? '1' : "'{}'",
    );
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${alone}`).all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail);
    expect(plan[0]).toMatch(
      /^SEARCH \w+_metadata USING PRIMARY KEY \(account_id=\? AND key=\? AND value=\? AND seq=\?\)$/,
    );
    expect(scans(plan)).toEqual([]);
  }
});
