/**
 * A page on another origin, over HTTP, with a replica of the database near it that lags: the SDK reads what it has
 * written by itself. The page sees of an answer what a browser shows it, and no more.
 */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { NettuClient, NettuUserClient } from '../../src/sdk/index.ts';
import { dataOf, freshSocket, newActors, outcome, sign } from './support/actors.ts';
import { listOf, seenByPage } from './support/page.ts';
import { startReplicated } from './support/service.ts';

const service = await startReplicated();
afterAll(service.stop);
const { answered, catchUp } = service;
const [baseUrl] = service.baseUrls;
const day = { startTs: 0, endTs: 86_400_000 };

/** The client of a page that has just been loaded. */
const freshPage = (nettuAccount: string, token: string, fetch = seenByPage) =>
  NettuUserClient({ baseUrl, nettuAccount, token, fetch });
const freshVisitor = (nettuAccount: string) => NettuClient({ baseUrl, nettuAccount, fetch: seenByPage });

/** An account of which the replica has heard, with a page of a user of it that has asked once. */
async function newWorld(reads: 'primary' | 'nearest') {
  const { server, accountId, userId } = await newActors(baseUrl);
  dataOf(await server.account.updateSettings({ reads }));
  const token = sign(userId);
  const page = freshPage(accountId, token);
  dataOf(await page.user.me());
  await catchUp();
  await answered();
  return { server, accountId, userId, token, page };
}

beforeEach(catchUp);

describe('an account that reads from the nearest', () => {
  it('a page reads near it, and what it has written all the same: while the replica lags, of the database itself', async () => {
    const { page } = await newWorld('nearest');
    dataOf(await page.calendar.list());
    expect(await answered()).toEqual(['replica']);
    const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await answered();
    expect(dataOf(await page.calendar.list()).calendars).toEqual([calendar]);
    expect(dataOf(await page.calendar.findById(calendar.id)).calendar).toEqual(calendar);
    expect(await answered()).toEqual(['primary', 'primary']);
    await catchUp();
    expect(dataOf(await page.calendar.list()).calendars).toEqual([calendar]);
    expect(await answered()).toEqual(['replica']);
  });

  it('it is the bookmark that does it: with that of before the write, the replica answers without it', async () => {
    const { accountId, token } = await newWorld('nearest');
    let first: string | null = null;
    const forgetful = freshPage(accountId, token, (url, init) => {
      const headers = new Headers(init.headers);
      first ??= headers.get('nettu-bookmark');
      if (first) headers.set('nettu-bookmark', first);
      return seenByPage(url, { ...init, headers });
    });
    dataOf(await forgetful.user.me());
    await catchUp();
    dataOf(await forgetful.user.me());
    dataOf(await forgetful.calendar.create({ timezone: 'UTC' }));
    await answered();
    expect(dataOf(await forgetful.calendar.list()).calendars).toEqual([]);
    expect(await answered()).toEqual(['replica']);
  });

  it('a change and a deletion are seen as well', async () => {
    const { page } = await newWorld('nearest');
    const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await catchUp();
    dataOf(await page.calendar.update(calendar.id, { timezone: 'Asia/Tokyo' }));
    expect(dataOf(await page.calendar.findById(calendar.id)).calendar.settings.timezone).toBe('Asia/Tokyo');
    dataOf(await page.calendar.remove(calendar.id));
    expect(outcome(await page.calendar.findById(calendar.id))).toBe('404 not-found');
    expect(dataOf(await page.calendar.list()).calendars).toEqual([]);
  });

  it('a page that is loaded anew has no bookmark, and is answered by the database itself', async () => {
    const { page, accountId, token } = await newWorld('nearest');
    const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await answered();
    const reloaded = freshPage(accountId, token);
    expect(dataOf(await reloaded.calendar.list()).calendars).toEqual([calendar]);
    expect(await answered()).toEqual(['primary']);
  });

  it('a client that goes on reads on with a revoked key until the replica hears of it; a fresh one is refused at once', async () => {
    const { server, page, accountId, token } = await newWorld('nearest');
    dataOf(await server.account.removePublicSigningKey());
    expect(outcome(await page.user.me())).toBe('200');
    expect(outcome(await freshPage(accountId, token).user.me())).toBe('401 token-signature');
    expect(outcome(await page.calendar.create({ timezone: 'UTC' }))).toBe('401 token-signature');
    await catchUp();
    expect(outcome(await page.user.me())).toBe('401 token-signature');
  });
});

it('an account that reads from the primary is answered by it, whatever the page has seen', async () => {
  const { page, server } = await newWorld('primary');
  dataOf(await page.calendar.list());
  dataOf(await page.user.me());
  expect(new Set(await answered())).toEqual(new Set(['primary']));
  dataOf(await server.account.removePublicSigningKey());
  expect(outcome(await page.user.me())).toBe('401 token-signature');
});

it("a visitor's page is answered by the replica, with what that has heard of", async () => {
  const { page, accountId, userId } = await newWorld('primary');
  const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
  await catchUp();
  dataOf(await page.events.create({ calendarId: calendar.id, startTs: 0, duration: 60_000, busy: true }));
  await answered();
  const busyFor = async (visitor: NettuClient) =>
    dataOf(await visitor.user.freebusy(userId, day)).busy.length;
  const visitor = freshVisitor(accountId);
  expect([await busyFor(visitor), await answered()]).toEqual([0, ['replica']]);
  await catchUp();
  expect([await busyFor(visitor), await answered()]).toEqual([1, ['replica']]);
});

it('a page may send the bookmark, and read it in an answer', async () => {
  const { accountId, token } = await newWorld('nearest');
  const headers: Record<string, string> = { 'nettu-account': accountId, authorization: `Bearer ${token}` };
  const first = await seenByPage(`${baseUrl}/me`, { headers });
  const bookmark = first.headers.get('nettu-bookmark') ?? '';
  // By its name, too: not every browser knows the wildcard.
  const preflight = await freshSocket(`${baseUrl}/me`, { method: 'OPTIONS' });
  expect(listOf(preflight, 'access-control-allow-headers')).toContain('nettu-bookmark');
  await catchUp();
  const again = await seenByPage(`${baseUrl}/me`, { headers: { ...headers, 'nettu-bookmark': bookmark } });
  for (const { status, headers } of [first, again]) {
    expect([status, headers.get('nettu-bookmark')]).toEqual([
      200,
      expect.stringMatching(/^0\.[0-9a-f-]+\.n$/),
    ]);
  }
  expect(await answered()).toEqual(['primary', 'replica']);
});
