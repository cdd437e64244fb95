/**
 * Two isolates over one database. Each has its own caches of keys and tokens, so a revocation through one isolate takes
 * effect in the other one only through the database.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/sdk/index.ts';
import { browserAt, dataOf, newActors, outcome, serverAt } from './support/actors.ts';
import { revocations } from './support/revocations.ts';
import { startService } from './support/service.ts';

const service = await startService('a', 'b');
afterAll(service.stop);
const [a, b = ''] = service.baseUrls;
const timezone = { timezone: 'UTC' };

/** An account with a client at A, and a user with a client at each isolate and the same token. */
async function newWorld() {
  const actors = await newActors(a);
  const { accountId, token, accountClient } = actors;
  const at = (baseUrl: string) => browserAt(baseUrl, accountId, token);
  return { actors, accountClient, atA: at(a), atB: at(b) };
}

/** Lets both isolates verify the token for reads and writes. Returns the id of a calendar. */
async function warm({ atA, atB }: Awaited<ReturnType<typeof newWorld>>): Promise<string> {
  for (const userClient of [atA, atB]) {
    expect(outcome(await userClient.user.me())).toBe('200');
    expect(outcome(await userClient.calendar.create(timezone))).toBe('201');
  }
  return dataOf(await atB.calendar.create(timezone)).calendar.id;
}

const isolateOf = (res: Response) => res.headers.get('x-isolate');
const tripsOf = (res: Response) => res.headers.get('x-trips');

describe('the two Workers', () => {
  it('run in two isolates', async () => {
    const { atA, atB } = await newWorld();
    const isolates = [];
    for (const userClient of [atA, atB, atA, atB]) isolates.push(isolateOf((await userClient.user.me()).res));
    expect(isolates[0]).toMatch(/./);
    expect(isolates[2]).toBe(isolates[0]);
    expect(isolates[3]).toBe(isolates[1]);
    expect(isolates[1]).not.toBe(isolates[0]);
  });

  it('have their own caches: the first write through each takes a second round trip', async () => {
    const { atA, atB } = await newWorld();
    const trips = [];
    for (const userClient of [atA, atA, atB, atB])
      trips.push(tripsOf((await userClient.calendar.create(timezone)).res));
    expect(trips).toEqual(['2', '1', '2', '1']);
  });

  it('share one database', async () => {
    const { atA, atB } = await newWorld();
    const { calendar } = dataOf(await atA.calendar.create(timezone));
    expect(dataOf(await atB.calendar.findById(calendar.id)).calendar).toEqual(calendar);
  });
});

describe.each(revocations)('when $name through A', ({ code, revoke }) => {
  it.each(['read', 'create', 'update', 'delete'] as const)(
    'the next %s through B returns 401 in one round trip',
    async (next) => {
      const world = await newWorld();
      const calendarId = await warm(world);
      dataOf(await revoke(world.accountClient, world.actors));

      const { calendar } = world.atB;
      const answer = await {
        read: () => calendar.findById(calendarId),
        create: () => calendar.create(timezone),
        update: () => calendar.update(calendarId, { timezone: 'Asia/Tokyo' }),
        delete: () => calendar.remove(calendarId),
      }[next]();

      expect(outcome(answer)).toBe(`401 ${code}`);
      expect(tripsOf(answer.res)).toBe('1');
      const { data } = await world.accountClient.calendar.findById(calendarId);
      expect(data?.calendar.settings.timezone).toBe(code === 'user-unknown' ? undefined : 'UTC');
      for (const userClient of [world.atA, world.atB]) {
        expect(outcome(await userClient.user.me())).toBe(`401 ${code}`);
        expect(outcome(await userClient.calendar.create(timezone))).toBe(`401 ${code}`);
      }
    },
  );
});

describe('when an API key is removed through A', () => {
  it.each(['read', 'write'] as const)('the next %s through B returns 401', async (next) => {
    const { accountClient, actors } = await newWorld();
    const { apiKey, secretApiKey } = dataOf(await accountClient.account.apiKeys.create());
    const clientAtB = serverAt(b, secretApiKey);
    const send = async (): Promise<Answer<object>> =>
      next === 'read' ? clientAtB.account.me() : clientAtB.user.create();
    dataOf(await send());
    dataOf(await accountClient.account.apiKeys.remove(apiKey.id));
    expect(outcome(await send())).toBe('401 api-key-unknown');
    expect(outcome(await serverAt(b, actors.apiKey).account.me())).toBe('200');
  });
});

describe('a permission that A gives takes effect in B', () => {
  it('for the next write, after A activates a signing key', async () => {
    const world = await newWorld();
    await warm(world);
    const { accountClient } = world;
    const kid = dataOf(await accountClient.account.keys.list()).keys[0]?.kid ?? '';
    dataOf(await accountClient.account.keys.setState(kid, { state: 'standby' }));
    expect(outcome(await world.atB.calendar.create(timezone))).toBe('401 key-standby');
    dataOf(await accountClient.account.keys.setState(kid, { state: 'active' }));
    expect(outcome(await world.atB.calendar.create(timezone))).toBe('201');
  });

  it('for the next write, after A undoes a revocation', async () => {
    const world = await newWorld();
    await warm(world);
    const { accountClient, actors } = world;
    dataOf(await accountClient.user.revokeTokens(actors.userId, Date.now() + 60_000));
    expect(outcome(await world.atB.calendar.create(timezone))).toBe('401 token-revoked');
    dataOf(await accountClient.user.revokeTokens(actors.userId, null));
    expect(outcome(await world.atB.calendar.create(timezone))).toBe('201');
  });
});
