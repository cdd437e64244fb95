/** The SDK's token function against a service that really refuses expired tokens. */
import { afterAll, expect, it } from 'vitest';
import { browserAt, dataOf, newActors, outcome, sign } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

/** A browser whose token function hands out these, then the last of them again and again. */
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

it('a token that the service finds expired is renewed, and the request succeeds, once', async () => {
  const { browser, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const created = await browser.calendar.create({ timezone: 'UTC' });
  expect(outcome(created)).toBe('201');
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(1);
  dataOf(await browser.user.me());
  expect(calls()).toBe(2);
});

it('ten requests with one expired token renew it once, and each succeeds once', async () => {
  const { browser, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => browser.calendar.create({ timezone: 'UTC' })),
  );
  expect(answers.map(outcome)).toEqual(Array(10).fill('201'));
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(10);
});

it('a token function that only has expired tokens is asked once more, and the refusal is answered', async () => {
  const { browser, calls } = await browserWith(seconds(-60));
  const { status, error } = await browser.user.me();
  expect([status, error?.code]).toEqual([401, 'token-expired']);
  expect(calls()).toBe(2);
});

it('a token that is refused for another reason is not renewed', async () => {
  const { browser, server, calls } = await browserWith(seconds(3600));
  dataOf(await server.account.removePublicSigningKey());
  expect(outcome(await browser.user.me())).toBe('401 token-signature');
  expect(calls()).toBe(1);
});
