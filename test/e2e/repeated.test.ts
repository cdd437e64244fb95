/** The same creation, sent many times at once through two isolates, takes effect once. */
import { afterAll, expect, it } from 'vitest';
import { NettuClient } from '../../src/sdk/index.ts';
import { browserAt, dataOf, freshSocket, newActors, serverAt } from './support/actors.ts';
import { CODE, startService } from './support/service.ts';

const service = await startService('a', 'b');
afterAll(service.stop);
const [a, b = ''] = service.baseUrls;
const TIMES = 24;

/** Sends a request many times, alternating between the isolates, and counts the answers that are not replays. */
async function manyTimes<T extends { data?: unknown; status: number; res: Response }>(
  send: (baseUrl: string) => Promise<T>,
): Promise<{ bodies: Set<string>; statuses: Set<number>; firsts: number; isolates: number }> {
  const answers = await Promise.all(Array.from({ length: TIMES }, (_, i) => send(i % 2 ? b : a)));
  return {
    bodies: new Set(answers.map(({ data }) => JSON.stringify(data))),
    statuses: new Set(answers.map(({ status }) => status)),
    firsts: answers.filter(({ res }) => !res.headers.has('idempotency-replayed')).length,
    isolates: new Set(answers.map(({ res }) => res.headers.get('x-isolate'))).size,
  };
}

const once = { bodies: 1, firsts: 1, isolates: 2, statuses: new Set([201]) };

it('creates one calendar for a user whom neither isolate has seen', async () => {
  const { accountId, token, accountClient, userId } = await newActors(a);
  const options = { idempotencyKey: crypto.randomUUID() };
  const found = await manyTimes((baseUrl) =>
    browserAt(baseUrl, accountId, token).calendar.create({ timezone: 'UTC' }, options),
  );
  expect({ ...found, bodies: found.bodies.size }).toEqual(once);
  expect(dataOf(await accountClient.calendar.list(userId)).calendars).toHaveLength(1);
});

it('creates one user for the account', async () => {
  const { apiKey, accountClient } = await newActors(a);
  const options = { idempotencyKey: crypto.randomUUID() };
  const found = await manyTimes((baseUrl) => serverAt(baseUrl, apiKey).user.create({}, options));
  expect({ ...found, bodies: found.bodies.size }).toEqual(once);
  expect(dataOf(await accountClient.user.list()).users).toHaveLength(2);
});

it('creates one account, and returns the same API key every time', async () => {
  const options = { idempotencyKey: crypto.randomUUID() };
  const found = await manyTimes((baseUrl) =>
    NettuClient({ baseUrl, fetch: freshSocket }).account.create({ code: CODE }, options),
  );
  expect({ ...found, bodies: found.bodies.size }).toEqual(once);
  const { secretApiKey } = JSON.parse([...found.bodies][0] as string);
  expect(dataOf(await serverAt(a, secretApiKey).account.apiKeys.list()).apiKeys).toHaveLength(1);
});

it('returns 422 for other bodies with the same key', async () => {
  const { apiKey, accountClient } = await newActors(a);
  const options = { idempotencyKey: crypto.randomUUID() };
  let n = 0;
  const found = await manyTimes((baseUrl) => {
    n += 1;
    return serverAt(baseUrl, apiKey).user.create({ metadata: { n: String(n) } }, options);
  });
  expect(found.statuses).toEqual(new Set([201, 422]));
  expect(dataOf(await accountClient.user.list()).users).toHaveLength(2);
});
