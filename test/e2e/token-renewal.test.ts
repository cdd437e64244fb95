/** The SDK's token function against the real Worker, which refuses expired tokens. */
import { afterAll, expect, it } from 'vitest';
import { browserAt, dataOf, newActors, outcome, sign } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

/** A user's client whose token function returns tokens with these expiries, then repeats the last one. */
async function browserWith(...exps: number[]) {
  const { accountId, userId, server } = await newActors(baseUrl);
  let calls = 0;
  const token = async () => {
    const exp = exps[Math.min(calls++, exps.length - 1)] ?? 0;
    return sign(userId, { exp });
  };
  const browser = browserAt(baseUrl, accountId, token);
  return { browser, server, accountId, calls: () => calls };
}

const countCalendars = (accountId: string) =>
  service.db
    .prepare('SELECT count(*) AS n FROM calendars WHERE account_id = ?')
    .bind(accountId)
    .first<number>('n');

it('renews an expired token, and the request takes effect once', async () => {
  const { browser, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const created = await browser.calendar.create({ timezone: 'UTC' });
  expect(outcome(created)).toBe('201');
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(1);
  dataOf(await browser.user.me());
  expect(calls()).toBe(2);
});

it('renews an expired token once for ten requests, and each takes effect once', async () => {
  const { browser, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => browser.calendar.create({ timezone: 'UTC' })),
  );
  expect(answers.map(outcome)).toEqual(Array(10).fill('201'));
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(10);
});

it('returns token-expired after a second call, if the token function returns only expired tokens', async () => {
  const { browser, calls } = await browserWith(seconds(-60));
  const { status, error } = await browser.user.me();
  expect([status, error?.code]).toEqual([401, 'token-expired']);
  expect(calls()).toBe(2);
});

it('does not renew a token that the service refuses for another reason', async () => {
  const { browser, server, calls } = await browserWith(seconds(3600));
  dataOf(await server.account.removePublicSigningKey());
  expect(outcome(await browser.user.me())).toBe('401 token-signature');
  expect(calls()).toBe(1);
});
