/** The database returns no data of a resource before the credentials hold, so strangers cannot cause expensive reads. */
import { expect, it } from 'vitest';
import { call, newAccount, newKeys, type User } from '../support/client.ts';
import { through } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';

const WINDOW = '?startTs=0&endTs=5184000000';

async function victim(): Promise<{ user: User; calendar: string }> {
  const user = await (await newAccount()).newUser();
  const calendar = await user.newCalendar();
  for (let i = 0; i < 20; i++) {
    const metadata = { note: 'x'.repeat(4096) };
    await user.call('POST', '/events', {
      body: { calendarId: calendar, startTs: i, duration: 1, busy: true, metadata },
    });
  }
  return { user, calendar };
}

/** Counts the characters that the database returns for a request. */
async function charactersOf(request: (DB: D1Database) => Promise<unknown>): Promise<number> {
  let characters = 0;
  const DB = through(async (run) => {
    const results = await run();
    characters += JSON.stringify(results.map(({ results }) => results)).length;
    return results;
  });
  await request(DB);
  return characters;
}

it.each(['a calendar', 'free/busy'])('reads nothing of %s for a forged token', async (name) => {
  const { user, calendar } = await victim();
  const path = name === 'a calendar' ? `/calendar/${calendar}/events` : `/user/${user.id}/freebusy`;
  // Free/busy that anyone may read is not refused: the caller then counts as one without a token.
  await user.account.call('PUT', '/account/settings', { body: { publicFreebusy: false } });
  const forger = await newKeys();
  const token = await forger.sign({ nettuSchedulerUserId: user.id, exp: 5609418990073 });
  const asForger = (DB: D1Database) => user.call('GET', path + WINDOW, { token, env: { DB } });
  expectProblem(await user.call('GET', path + WINDOW, { token }), 'token-signature');
  expect(await charactersOf(asForger)).toBeLessThan(1500);
  // Nor for a valid token of another account, which this isolate has verified.
  const other = await (await newAccount(forger.pem)).newUser();
  const theirs = await forger.sign({ nettuSchedulerUserId: other.id, exp: 5609418990073 });
  expect((await other.call('GET', '/me', { token: theirs })).status).toBe(200);
  const headers = { 'nettu-account': user.account.id, authorization: `Bearer ${theirs}` };
  const asOther = (DB: D1Database) => call('GET', path + WINDOW, { headers, env: { DB } });
  expectProblem(await call('GET', path + WINDOW, { headers }), 'token-signature');
  expect(await charactersOf(asOther)).toBeLessThan(1500);
});
