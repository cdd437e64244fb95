/** The migrations build schema.sql from every earlier step, and keep every row. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { clear } from '../support/database.ts';
import { ACCOUNT, FIRST_RELEASE } from './data.ts';
import { content, run, runStep, schema, stepNames, triggers } from './support.ts';

beforeEach(() => clear());

async function written(): Promise<Record<string, string>> {
  await run(env.SCHEMA);
  const objects = await schema();
  await clear();
  return objects;
}

const apply = () => applyD1Migrations(env.DB, env.MIGRATIONS);

it('is built from nothing', async () => {
  const wanted = await written();
  expect(Object.keys(wanted).length).toBeGreaterThan(50);
  await apply();
  expect(await schema()).toEqual(wanted);
});

it('has the triggers of each table in the same order: SQLite fires the newest first', async () => {
  await run(env.SCHEMA);
  const wanted = await triggers();
  await clear();
  await apply();
  expect(await triggers()).toEqual(wanted);
});

it.each(stepNames())('is built from %s with data in it, and every row is kept', async (last) => {
  const wanted = await written();
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
  // 0005_contract.sql removes the webhook that release 1 had here: it is in the table of webhooks.
  before.accounts = before.accounts?.map((row) => ({ ...row, webhook_url: null, webhook_key: null })) ?? [];
  for (const [table, rows] of Object.entries(before)) {
    expect([table, after[table]?.length]).toEqual([table, rows.length]);
    expect([table, after[table]]).toMatchObject([table, rows]);
  }
  expect(before.bookings).toHaveLength(1);
});

it('takes over a database that schema.sql made before there were migrations', async () => {
  const wanted = await written();
  // All that was ever told to be run as schema.sql: the first step, twice.
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  await runStep('0001_initial.sql');
  await apply();
  expect(await schema()).toEqual(wanted);
  expect((await content()).bookings).toHaveLength(1);
});

it('may be applied again, and changes nothing then', async () => {
  await apply();
  await run(FIRST_RELEASE);
  const before = [await schema(), await content()];
  await apply();
  expect([await schema(), await content()]).toEqual(before);
});

it('the webhook of the first release is told with a secret from then on', async () => {
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
      filed: '',
    }),
  ]);
  expect((await content()).deliveries).toEqual([]);
});

it('what begins with a version of its own still does, and what was there before begins at 0', async () => {
  await runStep('0001_initial.sql');
  await run(FIRST_RELEASE);
  for (const step of stepNames().slice(1)) await runStep(step);
  const { results } = await env.DB.prepare('SELECT version FROM users').all();
  expect(results).toEqual([{ version: 0 }, { version: 0 }]);
});
