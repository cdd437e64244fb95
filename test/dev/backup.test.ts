/** Backups: `npm run export-all`, and `wrangler d1 export` and back into a new database. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import { NettuClient, config as sdk, unwrap } from '@nettu/scheduler-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPlatformProxy } from 'wrangler';
import { account } from '../../src/dev/account.ts';
import { exportAll } from '../../src/dev/export-all.ts';
import { importAccount } from '../../src/dev/import.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { story } from '../../src/dev/story.ts';
import { run } from '../../src/dev/wrangler-d1.ts';
import { root } from '../e2e/support/bundle.ts';
import { CODE, startService } from '../e2e/support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-backup-'));
/** Where wrangler keeps the databases of a file in that folder: `wrangler d1 export` takes no other one. */
const state = join(folder, '.wrangler/state');

function write(name: string, bindings: readonly string[]): string {
  const file = join(folder, name);
  const settings = {
    name: 'backup',
    compatibility_date: '2026-07-30',
    vars: { SHARDS: { 1: { binding: 'DB_EU' } } },
    d1_databases: bindings.map((binding) => ({
      binding,
      database_name: binding,
      database_id: binding,
      migrations_dir: join(root, 'src/migrations'),
    })),
  };
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

const config = write('wrangler.json', ['DB', 'DB_EU']);
/** COPY is empty, as `wrangler d1 create` makes a database. */
const bindings = ['DB', 'DB_EU', 'COPY'] as const;
const withCopy = write('copy.json', bindings);
afterAll(() => rmSync(folder, { recursive: true }));

const location = ['--config', config, '--persist-to', state];

/** wrangler starts once for each command, which takes long on a busy machine. */
const TIMEOUT_MS = 240_000;

async function withDatabases<T>(
  use: (databases: Record<(typeof bindings)[number], D1Database>) => Promise<T>,
): Promise<T> {
  const proxy = await getPlatformProxy<Record<(typeof bindings)[number], D1Database>>({
    configPath: withCopy,
    persist: { path: join(state, 'v3') },
  });
  try {
    return await use(proxy.env);
  } finally {
    await proxy.dispose();
  }
}

/** Every row of every table, and the SQL of every object. */
async function contentsOf(db: D1Database): Promise<Record<string, unknown[]>> {
  const { results: objects } = await db
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema WHERE name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' ORDER BY 1, 2`,
    )
    .all<{ type: string; name: string; sql: string }>();
  const tables = objects.filter(({ type }) => type === 'table');
  const rows = await Promise.all(
    tables.map(
      async ({ name }) => [name, (await db.prepare(`SELECT * FROM ${name}`).all()).results] as const,
    ),
  );
  return { objects, ...Object.fromEntries(rows) };
}

const ids: string[] = [];

/** Three accounts with what the story leaves, odd text, a series with reminders, and a webhook; one is in the second shard. */
beforeAll(async () => {
  migrate(location);
  const service = await startService();
  const file = join(folder, 'account.jsonl');
  try {
    [sdk.baseUrl] = service.baseUrls;
    for (const binding of ['DB', 'DB', 'DB_EU']) {
      const { secretApiKey: apiKey, userId, calendarId } = await story(CODE);
      const client = NettuClient({ apiKey });
      const metadata = { name: "O'Hara;\n— 名前 \u2028", '--': '' };
      const reminders = [{ delta: -10, identifier: 'soon' }];
      const series = { freq: 'weekly', interval: 1 } as const;
      const when = { startTs: Date.now(), duration: 3_600_000 };
      await unwrap(client.account.setWebhook('https://example.test/hook', { events: ['*'] }));
      await unwrap(client.user.update(userId, { metadata }));
      await unwrap(client.events.create(userId, { calendarId, ...when, reminders, recurrence: series }));
      const headers = { 'x-api-key': apiKey };
      const exported = await fetch(`${sdk.baseUrl}/account/export`, { headers });
      writeFileSync(file, await exported.text());
      const outcome = await importAccount([file, '--binding', binding, ...location]);
      ids.push(/account ([\da-f-]{36}) into/.exec(outcome)?.[1] ?? outcome);
    }
  } finally {
    await service.stop();
  }
}, TIMEOUT_MS);

describe('npm run export-all', { timeout: TIMEOUT_MS }, () => {
  const to = join(folder, 'backup');
  const ran = async (...args: string[]) => {
    const lines: string[] = [];
    await exportAll([...args, ...location], (line) => lines.push(line));
    return lines;
  };
  const nameOf = (id: string) => join(to, `${id}.jsonl`);
  /** The lines without the moment of the export, and without its cursors. */
  const rowsIn = (text: string) =>
    text.split('\n').filter((line) => !/^\{"type":"(export|cursor)"/.test(line));

  it('writes every account of every shard, as the account itself exports it', async () => {
    const lines = await ran(to);
    for (const [i, id] of ids.entries())
      expect(lines).toContainEqual(expect.stringMatching(`^${id} in ${i < 2 ? 'DB' : 'DB_EU'}: \\d+ rows$`));
    expect(readdirSync(to).sort()).toEqual(ids.map((id) => `${id}.jsonl`).sort());
    const all = ids.map((id) => readFileSync(nameOf(id), 'utf8'));
    expect(all.map((text) => JSON.parse(text.trim().split('\n').at(-1) ?? '').type)).toEqual([
      'end',
      'end',
      'end',
    ]);
  });

  it('skips what is complete, and continues what is not from its last cursor', async () => {
    const [id = ''] = ids;
    const whole = readFileSync(nameOf(id), 'utf8');
    // The run before ended in the middle of a line.
    const cursors = [...whole.matchAll(/^\{"type":"cursor".*$/gm)];
    const third = cursors[2] as RegExpExecArray;
    const cut = third.index + third[0].length + 30;
    rmSync(nameOf(id));
    writeFileSync(`${nameOf(id)}.part`, whole.slice(0, cut));
    const lines = await ran(to);
    expect(lines.filter((line) => line.endsWith('is complete already'))).toHaveLength(2);
    expect(lines).toContainEqual(expect.stringMatching(`^${id} in DB: \\d+ rows, continued$`));
    expect(existsSync(`${nameOf(id)}.part`)).toBe(false);
    expect(rowsIn(readFileSync(nameOf(id), 'utf8'))).toEqual(rowsIn(whole));
  });

  it('gives no file its name that an import would refuse, and names the account', async () => {
    const [id = ''] = ids;
    const whole = readFileSync(nameOf(id), 'utf8');
    const tampered = whole.replace('"timezone":"UTC"', '"timezone":"Nowhere"');
    expect(tampered).not.toBe(whole);
    renameSync(nameOf(id), `${nameOf(id)}.part`);
    writeFileSync(`${nameOf(id)}.part`, tampered.slice(0, tampered.indexOf('\n{"type":"end"') + 1));
    await expect(ran(to)).rejects.toThrow(`Run the command again. These accounts failed: ${id}`);
    expect(existsSync(nameOf(id))).toBe(false);
    // What cannot be continued begins anew.
    rmSync(`${nameOf(id)}.part`);
    await ran(to);
    expect(rowsIn(readFileSync(nameOf(id), 'utf8'))).toEqual(rowsIn(whole));
  });

  it('leaves out a deleted account, and not a suspended one', async () => {
    const [first = '', second = ''] = ids;
    account(['suspend', first, ...location]);
    await withDatabases(({ DB }) =>
      DB.prepare("INSERT INTO removals (account_id, id, kind) VALUES (?1, ?1, 'account')").bind(second).run(),
    );
    const other = join(folder, 'other');
    const lines = await ran(other);
    await withDatabases(({ DB }) => DB.prepare('DELETE FROM removals').run());
    account(['resume', first, ...location]);
    expect(lines.join()).toContain(first);
    expect(readdirSync(other)).toHaveLength(2);
    expect(lines.join()).not.toContain(second);
  });

  it('says how it is called', async () => {
    await expect(ran()).rejects.toThrow('Name the folder: npm run export-all -- FOLDER');
  });
});

describe('wrangler d1 export', { timeout: TIMEOUT_MS }, () => {
  const file = join(folder, 'dump.sql');
  const local = ['--config', withCopy];
  const execute = (...sql: string[]) =>
    run(['execute', 'COPY', '--yes', ...sql], [...local, '--persist-to', state]);

  it('and back into an empty database: every row, trigger, index and view is the same, and triggers did not fire', async () => {
    const dumped = run(['export', 'DB', '--output', file], local);
    expect(dumped.output).toContain('Done');
    const before = await withDatabases(({ DB }) => contentsOf(DB));
    const restored = execute('--file', file);
    expect(restored.output).not.toMatch(/ERROR/);
    expect(await withDatabases(({ COPY }) => contentsOf(COPY))).toEqual(before);
    expect(before.events?.length).toBeGreaterThan(2);
    expect(before.user_metadata?.length).toBeGreaterThan(0);
  });

  it('leaves a database that counts on, notifies, and migrates', async () => {
    const { events, pending } = await withDatabases(async ({ COPY }) => {
      const [id = ''] = ids;
      const stateOf = async () => ({
        users: await COPY.prepare('SELECT users FROM usage WHERE account_id = ?')
          .bind(id)
          .first<number>('users'),
        notified: await COPY.prepare('SELECT count(*) AS n FROM deliveries').first<number>('n'),
      });
      const before = await stateOf();
      await COPY.prepare('INSERT INTO users (account_id, id, metadata) VALUES (?, \'new\', \'{"a":"b"}\')')
        .bind(id)
        .run();
      const after = await stateOf();
      return {
        events: (after.users ?? 0) - (before.users ?? 0),
        pending: (after.notified ?? 0) - (before.notified ?? 0),
      };
    });
    expect([events, pending]).toEqual([1, 1]);
    expect(run(['migrations', 'apply', 'COPY'], [...local, '--persist-to', state]).output).toContain(
      'No migrations',
    );
  });
});
