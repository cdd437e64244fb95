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
  const { accountId, userId, accountClient } = await newActors(baseUrl);
  let calls = 0;
  const token = async () => {
    const exp = exps[Math.min(calls++, exps.length - 1)] ?? 0;
    return sign(userId, { exp });
  };
  const userClient = browserAt(baseUrl, accountId, token);
  return { userClient, accountClient, accountId, calls: () => calls };
}

const countCalendars = (accountId: string) =>
  service.db
    .prepare('SELECT count(*) AS n FROM calendars WHERE account_id = ?')
    .bind(accountId)
    .first<number>('n');

it('renews an expired token, and the request takes effect once', async () => {
  const { userClient, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const created = await userClient.calendar.create({ timezone: 'UTC' });
  expect(outcome(created)).toBe('201');
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(1);
  dataOf(await userClient.user.me());
  expect(calls()).toBe(2);
});

it('renews an expired token once for ten requests, and each takes effect once', async () => {
  const { userClient, accountId, calls } = await browserWith(seconds(-60), seconds(3600));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => userClient.calendar.create({ timezone: 'UTC' })),
  );
  expect(answers.map(outcome)).toEqual(Array(10).fill('201'));
  expect(calls()).toBe(2);
  expect(await countCalendars(accountId)).toBe(10);
});

it('returns token-expired after a second call, if the token function returns only expired tokens', async () => {
  const { userClient, calls } = await browserWith(seconds(-60));
  const { status, error } = await userClient.user.me();
  expect([status, error?.code]).toEqual([401, 'token-expired']);
  expect(calls()).toBe(2);
});

it('replaces a token that was revoked, and the request takes effect once', async () => {
  const { accountId, userId, accountClient } = await newActors(baseUrl);
  const iats = [seconds(-100), seconds(0)];
  let calls = 0;
  const userClient = browserAt(baseUrl, accountId, () => sign(userId, { iat: iats[calls++] ?? 0 }));
  dataOf(await accountClient.user.revokeTokens(userId, Date.now() - 50_000));
  expect(outcome(await userClient.calendar.create({ timezone: 'UTC' }))).toBe('201');
  dataOf(await userClient.user.me());
  expect([calls, await countCalendars(accountId)]).toEqual([2, 1]);
});

it('gives up after a second token that the service refuses', async () => {
  const { userClient, accountClient, calls } = await browserWith(seconds(3600), seconds(3700));
  dataOf(await accountClient.account.removePublicSigningKey());
  expect(outcome(await userClient.user.me())).toBe('401 token-signature');
  expect(calls()).toBe(2);
});
