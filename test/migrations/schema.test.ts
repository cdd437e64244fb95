/** The migrations produce schema.sql from every earlier step, and keep every row. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { clear } from '../support/database.ts';
import { ACCOUNT, FIRST_RELEASE } from './data.ts';
import { content, run, runStep, schema, stepNames, triggers } from './support.ts';

let wanted: Record<string, string>;
beforeAll(async () => {
  await clear();
  await run(env.SCHEMA);
  wanted = await schema();
});
beforeEach(() => clear());

const apply = () => applyD1Migrations(env.DB, env.MIGRATIONS);

it('an empty database becomes schema.sql', async () => {
  expect(Object.keys(wanted).length).toBeGreaterThan(50);
  await apply();
  expect(await schema()).toEqual(wanted);
});

it('the triggers of each table have the same order, because SQLite fires the newest first', async () => {
  await run(env.SCHEMA);
  const wanted = await triggers();
  await clear();
  await apply();
  expect(await triggers()).toEqual(wanted);
});

it.each(stepNames())('a database at %s becomes schema.sql and keeps every row', async (last) => {
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  const steps = stepNames();
  const done = steps.slice(0, steps.indexOf(last) + 1);
  for (const step of done.slice(1)) await runStep(step);
  const before = await content();
  await run([
    'CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    ...done.map((name) => `INSERT INTO d1_migrations (name) VALUES ('${name}')`),
  ]);
  await apply();
  expect(await schema()).toEqual(wanted);
  const after = await content();
  // 0005_contract.sql clears the webhook that release 1 kept here: it is in the webhooks table.
  before.accounts = before.accounts?.map((row) => ({ ...row, webhook_url: null, webhook_key: null })) ?? [];
  // 0016_rows.sql drops two columns that were computed.
  for (const user of before.users ?? [])
    for (const name of ['events_counted', 'events_step']) delete user[name];
  // 0025_stored.sql counts hosts, too.
  for (const use of before.usage ?? []) for (const name of ['kib', 'bytes']) delete use[name];
  expect(after.usage).toMatchObject([{ account_id: ACCOUNT, kib: 1 }, { kib: 0 }]);
  for (const [table, rows] of Object.entries(before)) {
    expect([table, after[table]?.length]).toEqual([table, rows.length]);
    expect([table, after[table]]).toMatchObject([table, rows]);
  }
  expect(before.bookings).toHaveLength(1);
});

it('a database that schema.sql created before migrations existed becomes schema.sql', async () => {
  // Operators ran schema.sql, which was the first step, any number of times.
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  await runStep('0001_initial.sql');
  await apply();
  expect(await schema()).toEqual(wanted);
  expect((await content()).bookings).toHaveLength(1);
});

it('a second application changes nothing', async () => {
  await apply();
  await run(FIRST_RELEASE);
  const before = [await schema(), await content()];
  await apply();
  expect([await schema(), await content()]).toEqual(before);
});

it('a webhook of the first release gets a signing secret', async () => {
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  for (const step of stepNames().slice(1)) await runStep(step);
  expect((await content()).webhooks).toEqual([
    expect.objectContaining({
      account_id: ACCOUNT,
      url: 'https://example.test/hook',
      key: 'whk_1',
      secret: expect.stringMatching(/^whsec_[0-9A-F]{48}$/),
      events: '[]',
      filed: '', // former name
    }),
  ]);
  expect((await content()).deliveries).toEqual([]);
});

it('resources of the first release start at version 0', async () => {
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  for (const step of stepNames().slice(1)) await runStep(step);
  const { results } = await env.DB.prepare('SELECT version FROM users').all();
  expect(results).toEqual([{ version: 0 }, { version: 0 }]);
});
