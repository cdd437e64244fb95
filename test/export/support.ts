/** Helpers that export like a client, and import from the exported lines. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import { type Copy, importCopy, type Line } from '../../src/export/import.ts';
import { handle } from '../../src/index.ts';

/** Returns the second database, with the schema and no rows. */
export async function emptyCopy(): Promise<D1Database> {
  await applyD1Migrations(env.COPY, env.MIGRATIONS);
  return env.COPY;
}

export async function answerOf(
  apiKey: string,
  { cursor, db = env.DB }: { cursor?: string; db?: D1Database } = {},
) {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const request = new Request(`https://nettu.test/api/v1/account/export${query}`, {
    headers: { 'x-api-key': apiKey },
  });
  return handle(request, { ...env, DB: db } as Env, Date.now());
}

/** Lets the account begin another export, as time does: see `EXPORT_PAUSE_PER_THOUSAND_ROWS_MS`. */
export const rested = ({ id }: { id: string }) =>
  env.DB.prepare('UPDATE usage SET latest_export_at = 0 WHERE account_id = ?').bind(id).run();

export const linesIn = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

export const exportOf = async (...request: Parameters<typeof answerOf>): Promise<Line[]> =>
  linesIn(new TextDecoder().decode(await (await answerOf(...request)).arrayBuffer()));

/** Removes the lines that differ from export to export. */
export const dataLines = (lines: Line[]): Line[] =>
  lines.filter(({ type }) => type !== 'cursor' && type !== 'export');

export function copyOf(lines: Line[]): Copy {
  const end = lines.at(-1) as Line & { counts: Record<string, number> };
  return {
    account: String(lines[0]?.account),
    counts: end.counts,
    async *linesOf(type) {
      for (const line of lines) if (line.type === type) yield line;
    },
  };
}

export const importInto = (db: D1Database, lines: Line[]): Promise<boolean> => importCopy(db, copyOf(lines));

/** A row without its key, and without the parts of a sum that an import may divide in another way: see `user_events`. */
function withoutCounts(table: string, { seq: _, ...row }: Record<string, unknown>): Record<string, unknown> {
  if (table === 'events') delete row.nth;
  if (table === 'users') delete row.events;
  return row;
}

/** Returns all rows of an account by table, in their order. */
export async function rowsOf(db: D1Database, account: string): Promise<Record<string, unknown[]>> {
  const tables = [
    ...['accounts', 'api_keys', 'signing_keys', 'users', 'calendars', 'events'],
    ...['schedules', 'services', 'service_users', 'bookings', 'webhooks', 'further_endpoints'],
  ];
  const entries = [
    ['users', 'user_metadata'],
    ['calendars', 'calendar_metadata'],
    ['events', 'event_metadata'],
    ['schedules', 'schedule_metadata'],
    ['services', 'service_metadata'],
  ];
  const texts = [
    ...tables.map((name) =>
      name === 'accounts'
        ? 'SELECT * FROM accounts WHERE id = ?'
        : name === 'webhooks'
          ? 'SELECT id, url, key, secret, old_secret, old_secret_until, events, own_events FROM webhooks WHERE account_id = ?'
          : `SELECT * FROM ${name} WHERE account_id = ? ORDER BY seq`,
    ),
    ...entries.map(
      ([owner, name]) =>
        `SELECT id, key, value FROM ${name} e JOIN ${owner} o USING (seq) WHERE e.account_id = ? ORDER BY id, key`,
    ),
  ];
  const results = await db.batch<Record<string, unknown>>(
    texts.map((text) => db.prepare(text).bind(account)),
  );
  const names = [...tables, ...entries.map(([, name]) => String(name))];
  return Object.fromEntries(
    names.map((name, i) => [name, (results[i]?.results ?? []).map((row) => withoutCounts(name, row))]),
  );
}
