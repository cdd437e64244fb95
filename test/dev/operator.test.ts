/** The operator's commands: `npm run migrate` on two databases, one of them older than the migrations, `npm run import`, and `npm run account`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { D1Database } from '@cloudflare/workers-types';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { getPlatformProxy } from 'wrangler';
import { account } from '../../src/dev/account.ts';
import { importAccount } from '../../src/dev/import.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { removeInSteps } from '../../src/removals/remove.ts';
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

const location = ['--config', config, '--persist-to', state];

/** Runs `npm run migrate`, and returns the lines that it prints. */
function migrated(...flags: string[]): string[] {
  const lines: string[] = [];
  migrate([...location, ...flags], (line) => lines.push(line));
  return lines;
}

const imported = (...args: string[]): Promise<string> => importAccount([...location, ...args]);

type Databases = Record<(typeof bindings)[number], D1Database>;

/** Opens the databases on disk for one use, then closes them, since the commands open them too. */
async function withDatabases<T>(use: (databases: Databases) => Promise<T>): Promise<T> {
  const proxy = await getPlatformProxy<Databases>({
    configPath: config,
    persist: { path: join(state, 'v3') },
  });
  try {
    return await use(proxy.env);
  } finally {
    await proxy.dispose();
  }
}

/** The names of all objects in the schema, and the columns of each table. */
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

/** wrangler starts once for each command and database, which takes long on a busy machine. */
const TIMEOUT_MS = 240_000;

/** DB is empty; DB_EU has the schema of a release before the migrations. */
beforeAll(async () => {
  await withDatabases(async ({ DB_EU }) => {
    const schema = gunzipSync(readFileSync(join(root, 'test/e2e/releases/2.schema.sql.gz'))).toString();
    await DB_EU.prepare(schema).run();
    await DB_EU.prepare("INSERT INTO accounts (id, created) VALUES ('an-old-one', 1)").run();
  });
  expect(migrated()).toEqual(oneLineEach);
}, TIMEOUT_MS);

const oneLineEach = bindings.map((it) =>
  expect.stringMatching(`^${it} has the schema of 00\\d\\d_\\w+.sql.$`),
);

describe('npm run migrate', () => {
  it('gives an empty database, and one older than the migrations, the same newest schema', () =>
    withDatabases(async ({ DB, DB_EU }) => {
      const shape = await shapeOf(DB);
      expect(shape).toContain('table api_keys.nearest');
      expect(await shapeOf(DB_EU)).toEqual(shape);
      expect(await DB_EU.prepare('SELECT id, nearest FROM accounts').all()).toMatchObject({
        results: [{ id: 'an-old-one', nearest: 0 }],
      });
    }));

  it('is safe to repeat', () => {
    expect(migrated()).toEqual(oneLineEach);
  });

  it('throws for a database without migrations_dir', () => {
    const other = write(join(folder, 'other.json'), bound);
    expect(() => migrated('--config', other)).toThrow('The binding DB needs migrations_dir');
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
      const created = await fetch(`${baseUrl}/account`, { method: 'POST', headers: type, body });
      const { account, secretApiKey } = (await created.json()) as CreateAccountResult;
      id = account.id;
      const exported = await fetch(`${baseUrl}/account/export`, { headers: { 'x-api-key': secretApiKey } });
      text = await exported.text();
    } finally {
      await service.stop();
    }
    writeFileSync(file, text);
  });

  const ids = (db: D1Database) =>
    db.prepare('SELECT id FROM accounts ORDER BY created').all<{ id: string }>();

  it('imports an account into the default database, and changes nothing the second time', async () => {
    expect(await imported(file)).toMatch(`Imported the account ${id} into DB: `);
    expect(await imported(file)).toContain('already. Nothing changed.');
    expect(await withDatabases(({ DB }) => ids(DB))).toMatchObject({ results: [{ id }] });
  });

  it('imports it into another shard under an id of that shard, with a new API key', async () => {
    const output = await imported(file, '--binding', 'DB_EU');
    const moved = `${id.slice(0, 14)}8001${id.slice(18)}`;
    expect(output).toContain(`Imported the account ${moved} into DB_EU: `);
    expect(output).toMatch(/shown only once: sk_1\.[\w-]{32}$/);
    expect(await withDatabases(({ DB_EU }) => ids(DB_EU))).toMatchObject({
      results: [{ id: 'an-old-one' }, { id: moved }],
    });
  });

  it('prints the new API key even when the import fails, since the last batch may have taken effect', async () => {
    const none = ['--persist-to', join(folder, 'not-migrated')];
    await expect(imported(file, '--binding', 'DB_EU', ...none)).rejects.toThrow(
      /no such table.*\nRun the import again\. .* the API key is sk_1\.[\w-]{32}$/s,
    );
  });

  it('throws for an incomplete file, a binding that does not exist, and a database without a shard', async () => {
    const part = join(folder, 'part.jsonl');
    writeFileSync(part, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    await expect(imported(part)).rejects.toThrow('part.jsonl is incomplete: it has no line "end"');
    await expect(imported(file, '--binding', 'NONE')).rejects.toThrow('binds no D1 database as NONE');
    const unnumbered = write(join(folder, 'unnumbered.json'), [{ ...bound[0], binding: 'DB_US' }]);
    const into = ['--binding', 'DB_US', '--config', unnumbered];
    await expect(imported(file, ...into)).rejects.toThrow('gives DB_US no number');
    await expect(imported(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe('npm run account', () => {
  const [here, there] = ['6f9619ff-8b86-4d01-b42d-00cf4fc964ff', '6f9619ff-8b86-8001-b42d-00cf4fc964ff'];
  const ran = (...args: string[]) => account([...location, ...args]);

  beforeAll(() =>
    withDatabases(async ({ DB, DB_EU }) => {
      for (const [db, id] of [
        [DB, here],
        [DB_EU, there],
      ] as const) {
        await db.prepare('INSERT INTO accounts (id, created) VALUES (?, 1)').bind(id).run();
        await db.prepare("INSERT INTO users (account_id, id, metadata) VALUES (?, 'u', '{}')").bind(id).run();
      }
    }),
  );

  it('sets quotas in the shard of the account, shows them, and takes them back', {
    timeout: TIMEOUT_MS,
  }, () => {
    expect(ran('quota', there, 'users=1', 'events=0')).toEqual(
      expect.arrayContaining([
        `account ${there} in DB_EU`,
        'users: 1 of 1, set here',
        'events: 0 of 0, set here',
        'services: 0 of 10000',
      ]),
    );
    expect(ran('quota', there, 'events=default')).toContain('events: 0 of 2000000');
    expect(ran('show', there)).toContain('users: 1 of 1, set here');
    expect(ran('show', there.toUpperCase())).toEqual(ran('show', there));
    expect(ran('show', here)).toEqual(
      expect.arrayContaining([
        `account ${here} in DB`,
        'webhooks: 0, of which 0 are paused and 0 slow',
        'users: 1 of 200000',
      ]),
    );
  });

  it('suspends an account once, shows and lists it, and opens it again', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await withDatabases(({ DB_EU }) =>
      DB_EU.prepare(
        "INSERT INTO api_keys (account_id, id, hash, name, hint, created) VALUES (?, 'k', 'h', 'Acme\u001b[2J', '', 1)",
      )
        .bind(there)
        .run(),
    );
    expect(ran('suspend', there.toUpperCase())[0]).toContain(`account ${there} in DB_EU is suspended`);
    expect(() => ran('suspend', there)).toThrow('or it is suspended already');
    expect(ran('show', there)).toContainEqual(expect.stringMatching(/^suspended since 20\d\d-/));
    const lines = ran('list');
    expect(lines).toContainEqual(expect.stringMatching(/^DB: \d+ accounts?$/));
    expect(lines).toContainEqual(
      expect.stringMatching(`^${there} +1970-01-01 +1 +0 +0 +1024 +0 +suspended +Acme\\?\\[2J$`),
    );
    expect(lines).toContainEqual(expect.stringMatching(`^${here} .* open$`));
    await withDatabases(({ DB_EU }) => DB_EU.prepare("DELETE FROM api_keys WHERE id = 'k'").run());
    expect(ran('resume', there)[0]).toContain('is open again');
    expect(() => ran('resume', there)).toThrow('or it is not suspended');
    expect(() => ran('suspend', there.replace('6f', '7f'))).toThrow('has no account');
  });

  it('throws for what is no command, no id, no quota and no account', { timeout: TIMEOUT_MS }, () => {
    for (const args of [
      [],
      ['show'],
      ['show', "x' OR 1"],
      ['quota', here],
      ['show', here, 'users=1'],
      ['drop', here],
      ['toString', here],
      ['suspend'],
      ['resume', here, 'now'],
      ['list', here],
    ])
      expect(() => ran(...args)).toThrow('Run npm run accounts');
    for (const setting of ['users', 'users=-1', 'users=1.5', 'toString=1', "users=1'", 'users=DEFAULT'])
      expect(() => ran('quota', here, setting)).toThrow('is no quota');
    expect(() => ran('show', here.replace('6f', '7f'))).toThrow('has no account');
    expect(() => ran('show', there.replace('8001', '8002'))).toThrow('has no shard 2');
  });

  describe('delete', () => {
    const neighbour = '7f9619ff-8b86-8001-b42d-00cf4fc964ff';

    /** Every row of every table by account, the one of the table `removals` included. */
    const rowsOf = async (db: D1Database, id: string) => {
      const { results } = await db
        .prepare(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%account_id TEXT%' ORDER BY 1",
        )
        .all<{ name: string }>();
      const rows: [string, unknown[]][] = [];
      for (const [name, column] of [['accounts', 'id'], ...results.map(({ name }) => [name, 'account_id'])])
        rows.push([
          String(name),
          (await db.prepare(`SELECT * FROM ${name} WHERE ${column} = ?`).bind(id).all()).results,
        ]);
      return rows.filter(([, { length }]) => length > 0);
    };

    const all = () =>
      withDatabases(async ({ DB, DB_EU }) => ({
        here: await rowsOf(DB, here),
        sameId: await rowsOf(DB, there),
        there: await rowsOf(DB_EU, there),
        neighbour: await rowsOf(DB_EU, neighbour),
      }));

    beforeAll(() =>
      withDatabases(async ({ DB, DB_EU }) => {
        // The id of the account in the other shard, too: an id names its shard, so this one is never meant.
        for (const [db, id] of [
          [DB, there],
          [DB_EU, neighbour],
        ] as const) {
          await db.prepare('INSERT INTO accounts (id, created) VALUES (?, 1)').bind(id).run();
          await db
            .prepare("INSERT INTO users (account_id, id, metadata) VALUES (?, 'u', '{}')")
            .bind(id)
            .run();
        }
      }),
    );

    it('changes nothing for what is no id, no account, no shard, or has more words', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const before = await all();
      expect(before.there.map(([name]) => name)).toEqual(['accounts', 'usage', 'users']);
      const refused: [string[], string][] = [
        [[], 'Run npm run account'],
        [['u'], 'Run npm run account'],
        [[`${there}' OR '1`], 'Run npm run account'],
        [[there, neighbour], 'Run npm run account'],
        [['6f9619ff-8b86-8001-b42d-00cf4fc964fe'], 'DB_EU has no account'],
        [[there.replace('8001', '8002')], 'has no shard 2'],
      ];
      for (const [args, message] of refused) expect(() => ran('delete', ...args)).toThrow(message);
      expect(await all()).toEqual(before);
    });

    it('removes the account in its shard, and nothing of another account', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const before = await all();
      expect(ran('delete', there)).toEqual([
        `account ${there} in DB_EU is deleted. The Worker removes its rows in the background.`,
      ]);
      const marked = await all();
      expect(marked).toEqual({
        ...before,
        there: expect.arrayContaining([
          ['removals', [expect.objectContaining({ id: there, kind: 'account' })]],
        ]),
      });
      expect(() => ran('delete', there)).toThrow('or it is deleted already');
      expect(await all()).toEqual(marked);
      await withDatabases(({ DB_EU }) =>
        DB_EU.prepare('UPDATE removals SET failures = 2, next_at = 0').run(),
      );
      expect(ran('show', there).slice(1, 3)).toEqual([
        expect.stringMatching(/^deleted since 20\d\d-.*; still there: users$/),
        'its removal failed 2 times, and goes on at 1970-01-01T00:00:00.000Z',
      ]);

      // Workers have it, Node does not.
      vi.stubGlobal('scheduler', { wait: async () => undefined });
      await withDatabases(({ DB_EU }) => removeInSteps(DB_EU as never, Date.now));
      vi.unstubAllGlobals();
      expect(await all()).toEqual({ ...before, there: [] });
      expect(() => ran('delete', there)).toThrow('DB_EU has no account');
    });
  });
});
