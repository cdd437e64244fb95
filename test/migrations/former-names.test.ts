/** Bundle 3 reads and writes the former names of columns, and the next release the new ones: each sees the other's changes. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { clear } from '../support/database.ts';
import { ACCOUNT, FIRST_RELEASE } from './data.ts';
import { run } from './support.ts';

beforeEach(async () => {
  await clear();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await run(FIRST_RELEASE);
});

async function rows(text: string): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(text).all()).results;
}

async function written(text: string): Promise<number> {
  return (await env.DB.prepare(text).run()).meta.rows_written;
}

it('users.agenda is the availability revision', async () => {
  const [before] = await rows("SELECT agenda, availability_revision AS revision FROM users WHERE id = 'u'");
  await run(["UPDATE events SET busy = 0 WHERE id = 'e'"]);
  const [after] = await rows("SELECT agenda, availability_revision AS revision FROM users WHERE id = 'u'");
  expect([before?.agenda, after?.agenda]).toEqual([before?.revision, after?.revision]);
  expect(after?.agenda).toBe(Number(before?.agenda) + 1);
});

describe('nearest and reads_replica', () => {
  const SETTINGS = 'SELECT nearest, reads_replica FROM accounts WHERE id = ';
  const all = async () => [
    ...(await rows(`${SETTINGS}'${ACCOUNT}'`)),
    ...(await rows('SELECT nearest, reads_replica FROM api_keys ORDER BY seq')),
    ...(await rows('SELECT nearest, reads_replica FROM signing_keys ORDER BY seq')),
  ];
  const both = (value: number) => ({ nearest: value, reads_replica: value });

  it.each([
    ['nearest', 'reads_replica'],
    ['reads_replica', 'nearest'],
  ])('a release that writes %s writes %s too, also in the keys', async (written, other) => {
    await run([`UPDATE accounts SET ${written} = 1 WHERE id = '${ACCOUNT}'`]);
    expect(await all()).toEqual([both(1), both(1), both(1)]);
    await run([`UPDATE accounts SET ${other} = 0 WHERE id = '${ACCOUNT}'`]);
    expect(await all()).toEqual([both(0), both(0), both(0)]);
    expect(await rows(`${SETTINGS}'other'`)).toEqual([both(0)]);
  });

  it.each(['nearest', 'reads_replica'])(
    'a new key has both, whichever release adds it: %s',
    async (column) => {
      await run([
        `UPDATE accounts SET ${column} = 1 WHERE id = '${ACCOUNT}'`,
        `INSERT INTO api_keys (account_id, id, hash, hint, created, ${column})
       SELECT id, 'k2', 'hash2', 'abcd', 1, ${column} FROM accounts WHERE id = '${ACCOUNT}'`,
        `INSERT INTO signing_keys (account_id, kid, pem, state, created, ${column})
       SELECT id, 'kid2', 'pem', 'active', 1, ${column} FROM accounts WHERE id = '${ACCOUNT}'`,
      ]);
      expect(await all()).toEqual([both(1), both(1), both(1), both(1), both(1)]);
    },
  );
});

describe('filed and backfilled_to', () => {
  const place = () => rows('SELECT filed, backfilled_to FROM webhooks');
  const both = (value: string | null) => [{ filed: value, backfilled_to: value }];

  it.each([
    ['filed', 'backfilled_to'],
    ['backfilled_to', 'filed'],
  ])('a webhook that a release with %s sets is at the same place for one with %s', async (mine, other) => {
    await run([
      `INSERT INTO webhooks (account_id, url, key, secret, events, since, ${mine})
       VALUES ('${ACCOUNT}', 'https://example.test', 'k', 's', '[]', 1, '')`,
    ]);
    expect(await place()).toEqual(both(''));
    await run([`UPDATE webhooks SET ${other} = 'be'`]);
    expect(await place()).toEqual(both('be'));
    await run([`UPDATE webhooks SET ${mine} = 'e'`]);
    expect(await place()).toEqual(both('e'));
    await run([`UPDATE webhooks SET ${other} = NULL`]);
    expect(await place()).toEqual(both(null));
  });

  it('is found by an index of either name', async () => {
    for (const name of ['filed', 'backfilled_to']) {
      const plan = await rows(`EXPLAIN QUERY PLAN SELECT account_id FROM webhooks WHERE ${name} IS NOT NULL`);
      expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/USING (COVERING )?INDEX/)]);
    }
  });
});

describe('reminders.stamp and change_token', () => {
  const reminder = async () => (await rows('SELECT due, stamp, change_token FROM reminders'))[0];

  beforeEach(() =>
    run([
      `INSERT INTO webhooks (account_id, url, key, secret, events, since)
       VALUES ('${ACCOUNT}', 'https://example.test', 'k', 's', '[]', 1)`,
      "UPDATE events SET start_ts = 60000, updated = 2 WHERE id = 'e'",
    ]),
  );

  it.each([
    ["UPDATE events SET duration = 1000, updated = 3 WHERE id = 'e'"],
    ["UPDATE events SET start_ts = 120000, updated = 3 WHERE id = 'e'"],
    ["UPDATE calendars SET timezone = 'UTC' WHERE id = 'c'"],
  ])('change both at each change of the event: %s', async (change) => {
    const before = await reminder();
    await run([change]);
    const after = await reminder();
    expect(after?.stamp).not.toBe(before?.stamp);
    expect(after?.change_token).not.toBe(before?.change_token);
  });

  it('a write by bundle 3 changes what the next release compares, and costs one row', async () => {
    const before = await reminder();
    const write = `UPDATE reminders SET since = 5, due = 99999, stamp = random() & 0xffffffffffff WHERE stamp = ${before?.stamp}`;
    expect(await written(write)).toBe(2); // the row, and its entry in reminders_due
    const { due, change_token } = before ?? {};
    const same = `SELECT 1 FROM reminders WHERE change_token = ${change_token} AND due = ${due}`;
    expect(await rows(same)).toEqual([]);
  });
});
