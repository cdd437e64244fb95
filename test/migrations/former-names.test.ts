/** The previous release uses the former names of columns and this one the new names: each sees the other's changes. */
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

it('users.agenda is the former name of availability_revision', async () => {
  const [before] = await rows("SELECT agenda, availability_revision AS revision FROM users WHERE id = 'u'"); // former name
  await run(["UPDATE events SET busy = 0 WHERE id = 'e'"]);
  const [after] = await rows("SELECT agenda, availability_revision AS revision FROM users WHERE id = 'u'"); // former name
  expect([before?.agenda, after?.agenda]).toEqual([before?.revision, after?.revision]); // former name
  expect(after?.agenda).toBe(Number(before?.agenda) + 1); // former name
});

describe('nearest, the former name of reads_replica', () => {
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
  ])('a release that writes %s also writes %s, in the account and its keys', async (written, other) => {
    await run([`UPDATE accounts SET ${written} = 1 WHERE id = '${ACCOUNT}'`]);
    expect(await all()).toEqual([both(1), both(1), both(1)]);
    await run([`UPDATE accounts SET ${other} = 0 WHERE id = '${ACCOUNT}'`]);
    expect(await all()).toEqual([both(0), both(0), both(0)]);
    expect(await rows(`${SETTINGS}'other'`)).toEqual([both(0)]);
  });

  it.each(['nearest', 'reads_replica'])(
    'a new key has both columns when a release writes %s',
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

describe('webhooks.filed, the former name of backfilled_to', () => {
  const NAMES = ['filed', 'backfilled_to']; // former name
  const positions = () => rows('SELECT filed, backfilled_to FROM webhooks'); // former name
  const both = (value: string | null) => [{ filed: value, backfilled_to: value }]; // former name

  it.each([
    ['filed', 'backfilled_to'], // former name
    ['backfilled_to', 'filed'], // former name
  ])('a webhook that a release writes through %s has the same position in %s', async (mine, other) => {
    await run([
      `INSERT INTO webhooks (account_id, url, key, secret, events, since, ${mine})
       VALUES ('${ACCOUNT}', 'https://example.test', 'k', 's', '[]', 1, '')`,
    ]);
    expect(await positions()).toEqual(both(''));
    await run([`UPDATE webhooks SET ${other} = 'be'`]);
    expect(await positions()).toEqual(both('be'));
    await run([`UPDATE webhooks SET ${mine} = 'e'`]);
    expect(await positions()).toEqual(both('e'));
    await run([`UPDATE webhooks SET ${other} = NULL`]);
    expect(await positions()).toEqual(both(null));
  });

  it('an index finds rows by either name', async () => {
    for (const name of NAMES) {
      const plan = await rows(`EXPLAIN QUERY PLAN SELECT account_id FROM webhooks WHERE ${name} IS NOT NULL`);
      expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/USING (COVERING )?INDEX/)]);
    }
  });
});

describe('reminders.stamp, the former name of change_token', () => {
  const reminder = async () => (await rows('SELECT due, stamp, change_token FROM reminders'))[0]; // former name

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
  ])('change together with the event: %s', async (change) => {
    const before = await reminder();
    await run([change]);
    const after = await reminder();
    expect(after?.stamp).not.toBe(before?.stamp); // former name
    expect(after?.change_token).not.toBe(before?.change_token);
  });

  it('a write by the previous release changes the token that this one compares, and costs one row', async () => {
    const before = await reminder();
    const write = `UPDATE reminders SET since = 5, due = 99999, stamp = random() & 0xffffffffffff WHERE stamp = ${before?.stamp}`; // former name
    expect(await written(write)).toBe(2); // the row and its entry in reminders_due
    const { due, change_token } = before ?? {};
    const same = `SELECT 1 FROM reminders WHERE change_token = ${change_token} AND due = ${due}`;
    expect(await rows(same)).toEqual([]);
  });
});
