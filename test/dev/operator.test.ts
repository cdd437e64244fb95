/** What an operator runs: `npm run migrate` for several databases, one of them from before there were migrations; `npm run import`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { D1Database } from '@cloudflare/workers-types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPlatformProxy } from 'wrangler';
import { importAccount } from '../../src/dev/import.ts';
import { migrate } from '../../src/dev/migrate.ts';
import type { CreateAccountResult } from '../../src/sdk/types.ts';
import { root } from '../e2e/support/bundle.ts';
import { CODE, startService } from '../e2e/support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-operator-'));
const config = join(folder, 'wrangler.json');
const state = join(folder, 'state');
const bindings = ['DB', 'DB_EU'] as const;
const SHARDS = { 1: { binding: 'DB_EU' } };

function write(file: string, databases: readonly object[]): string {
  const settings = { name: 'operator', compatibility_date: '2026-07-30', vars: { SHARDS } };
  writeFileSync(file, JSON.stringify({ ...settings, d1_databases: databases }));
  return file;
}

const bound = bindings.map((binding) => ({ binding, database_name: binding, database_id: binding }));
write(
  config,
  bound.map((database) => ({ ...database, migrations_dir: join(root, 'src/migrations') })),
);

afterAll(() => rmSync(folder, { recursive: true }));

const where = ['--config', config, '--persist-to', state];

/** What `npm run migrate` does, and says. */
function migrated(...flags: string[]): string[] {
  const said: string[] = [];
  migrate([...where, ...flags], (text) => said.push(text));
  return said;
}

const imported = (...args: string[]): Promise<string> => importAccount([...where, ...args]);

type Databases = Record<(typeof bindings)[number], D1Database>;

/** The databases as they are on disk; released, since the scripts open them too. */
async function look<T>(at: (databases: Databases) => Promise<T>): Promise<T> {
  const proxy = await getPlatformProxy<Databases>({
    configPath: config,
    persist: { path: join(state, 'v3') },
  });
  try {
    return await at(proxy.env);
  } finally {
    await proxy.dispose();
  }
}

/** Each object's name, and the columns of each table. */
async function shapeOf(db: D1Database): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT m.type || ' ' || m.name || coalesce('.' || c.name, '') AS name
       FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ON m.type = 'table'
       WHERE m.name NOT GLOB '_cf_*' AND m.name NOT GLOB 'sqlite_*' ORDER BY 1`,
    )
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** wrangler starts anew for each step of each database: on a busy machine that takes its time. In ms. */
const PATIENCE = 240_000;

/** DB is new; DB_EU was made before there were migrations. */
beforeAll(async () => {
  await look(async ({ DB_EU }) => {
    const made = gunzipSync(readFileSync(join(root, 'test/e2e/releases/2.schema.sql.gz'))).toString();
    await DB_EU.prepare(made).run();
    await DB_EU.prepare("INSERT INTO accounts (id, created) VALUES ('an-old-one', 1)").run();
  });
  expect(migrated()).toEqual(saidOfEach);
}, PATIENCE);

const saidOfEach = bindings.map((it) => expect.stringMatching(`^${it} has the schema of 000\\d_\\w+.sql.$`));

describe('npm run migrate', () => {
  it('brings every database to the schema of today, from nothing and from before there were migrations', () =>
    look(async ({ DB, DB_EU }) => {
      const shape = await shapeOf(DB);
      expect(shape).toContain('table api_keys.nearest');
      expect(await shapeOf(DB_EU)).toEqual(shape);
      expect(await DB_EU.prepare('SELECT id, nearest FROM accounts').all()).toMatchObject({
        results: [{ id: 'an-old-one', nearest: 0 }],
      });
    }));

  it('may be run again', () => {
    expect(migrated()).toEqual(saidOfEach);
  });

  it('refuses a database whose steps it would not know', () => {
    const other = write(join(folder, 'other.json'), bound);
    expect(() => migrated('--config', other)).toThrow('the binding DB needs migrations_dir');
  });
});

describe('npm run import', () => {
  const file = join(folder, 'account.jsonl');
  let id = '';
  let text = '';

  beforeAll(async () => {
    const service = await startService();
    try {
      const [baseUrl] = service.baseUrls;
      const body = JSON.stringify({ code: CODE });
      const type = { 'content-type': 'application/json' };
      const made = await fetch(`${baseUrl}/account`, { method: 'POST', headers: type, body });
      const { account, secretApiKey } = (await made.json()) as CreateAccountResult;
      id = account.id;
      const asked = await fetch(`${baseUrl}/account/export`, { headers: { 'x-api-key': secretApiKey } });
      text = await asked.text();
    } finally {
      await service.stop();
    }
    writeFileSync(file, text);
  });

  const ids = (db: D1Database) =>
    db.prepare('SELECT id FROM accounts ORDER BY created').all<{ id: string }>();

  it('puts an account into the default database, once', async () => {
    expect(await imported(file)).toMatch(`The account ${id} is in DB: `);
    expect(await imported(file)).toContain('already. Nothing was changed.');
    expect(await look(({ DB }) => ids(DB))).toMatchObject({ results: [{ id }] });
  });

  it('puts it into another place under an id of that place, with a new key', async () => {
    const said = await imported(file, '--binding', 'DB_EU');
    const moved = `${id.slice(0, 14)}8001${id.slice(18)}`;
    expect(said).toContain(`The account ${moved} is in DB_EU: `);
    expect(said).toMatch(/shown once: sk_1\.[\w-]{32}$/);
    expect(await look(({ DB_EU }) => ids(DB_EU))).toMatchObject({
      results: [{ id: 'an-old-one' }, { id: moved }],
    });
  });

  it('tells the new key also where it fails: the last batch may have been carried out all the same', async () => {
    const odd = join(folder, 'odd.jsonl');
    writeFileSync(
      odd,
      text.replaceAll(id, crypto.randomUUID()).replace('"created":', '"created":"x","was":'),
    );
    await expect(imported(odd, '--binding', 'DB_EU')).rejects.toThrow(
      /cannot store TEXT value.*\nIf the account is there all the same, its API key is sk_1\.[\w-]{32}$/s,
    );
  });

  it('refuses what is not whole, a database that is not bound, and one without a place', async () => {
    const part = join(folder, 'part.jsonl');
    writeFileSync(part, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    await expect(imported(part)).rejects.toThrow('its end is missing: it is not whole');
    await expect(imported(file, '--binding', 'NONE')).rejects.toThrow('binds no D1 database as NONE');
    const placeless = write(join(folder, 'placeless.json'), [{ ...bound[0], binding: 'DB_US' }]);
    const into = ['--binding', 'DB_US', '--config', placeless];
    await expect(imported(file, ...into)).rejects.toThrow('gives DB_US no number');
    await expect(imported(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
