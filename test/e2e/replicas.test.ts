/**
 * A page on another origin, over HTTP, with a replica that lags behind the primary: the SDK reads its own writes. The page
 * sees only the headers that a browser exposes.
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

/** The client of a page that has just loaded. */
const freshPage = (nettuAccount: string, token: string, fetch = seenByPage) =>
  NettuUserClient({ baseUrl, nettuAccount, token, fetch });
const anonymousPage = (nettuAccount: string) => NettuClient({ baseUrl, nettuAccount, fetch: seenByPage });

/** An account that the replica has, and the page of one of its users, which has sent a request. */
async function newWorld(reads: 'primary' | 'nearest') {
  const { accountClient, accountId, userId } = await newActors(baseUrl);
  dataOf(await accountClient.account.updateSettings({ reads }));
  const token = sign(userId);
  const page = freshPage(accountId, token);
  dataOf(await page.user.me());
  await catchUp();
  await answered();
  return { accountClient, accountId, userId, token, page };
}

beforeEach(catchUp);

describe("with reads: 'nearest'", () => {
  it('a replica answers reads, and the primary answers while the replica lags behind a write of the page', async () => {
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

  it('a replica answers without the write when the page sends a bookmark from before it', async () => {
    const { accountId, token } = await newWorld('nearest');
    let first: string | null = null;
    const page = freshPage(accountId, token, (url, init) => {
      const headers = new Headers(init.headers);
      first ??= headers.get('nettu-bookmark');
      if (first) headers.set('nettu-bookmark', first);
      return seenByPage(url, { ...init, headers });
    });
    dataOf(await page.user.me());
    await catchUp();
    dataOf(await page.user.me());
    dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await answered();
    expect(dataOf(await page.calendar.list()).calendars).toEqual([]);
    expect(await answered()).toEqual(['replica']);
  });

  it('a page reads its own updates and deletions', async () => {
    const { page } = await newWorld('nearest');
    const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await catchUp();
    dataOf(await page.calendar.update(calendar.id, { timezone: 'Asia/Tokyo' }));
    expect(dataOf(await page.calendar.findById(calendar.id)).calendar.settings.timezone).toBe('Asia/Tokyo');
    dataOf(await page.calendar.remove(calendar.id));
    expect(outcome(await page.calendar.findById(calendar.id))).toBe('404 not-found');
    expect(dataOf(await page.calendar.list()).calendars).toEqual([]);
  });

  it('the primary answers a reloaded page, which has no bookmark', async () => {
    const { page, accountId, token } = await newWorld('nearest');
    const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
    await answered();
    const reloaded = freshPage(accountId, token);
    expect(dataOf(await reloaded.calendar.list()).calendars).toEqual([calendar]);
    expect(await answered()).toEqual(['primary']);
  });

  it('a client still reads with a revoked key until the replica has the revocation; a new client gets 401 at once', async () => {
    const { accountClient, page, accountId, token } = await newWorld('nearest');
    dataOf(await accountClient.account.removePublicSigningKey());
    expect(outcome(await page.user.me())).toBe('200');
    expect(outcome(await freshPage(accountId, token).user.me())).toBe('401 token-signature');
    expect(outcome(await page.calendar.create({ timezone: 'UTC' }))).toBe('401 token-signature');
    await catchUp();
    expect(outcome(await page.user.me())).toBe('401 token-signature');
  });
});

it("with reads: 'primary', the primary answers every request of a page", async () => {
  const { page, accountClient } = await newWorld('primary');
  dataOf(await page.calendar.list());
  dataOf(await page.user.me());
  expect(new Set(await answered())).toEqual(new Set(['primary']));
  dataOf(await accountClient.account.removePublicSigningKey());
  expect(outcome(await page.user.me())).toBe('401 token-signature');
});

it('a replica answers anonymous requests with the data that it has', async () => {
  const { page, accountId, userId } = await newWorld('primary');
  const { calendar } = dataOf(await page.calendar.create({ timezone: 'UTC' }));
  await catchUp();
  dataOf(await page.events.create({ calendarId: calendar.id, startTs: 0, duration: 60_000, busy: true }));
  await answered();
  const anonymous = anonymousPage(accountId);
  const countBusy = async () => dataOf(await anonymous.user.freebusy(userId, day)).busy.length;
  expect([await countBusy(), await answered()]).toEqual([0, ['replica']]);
  await catchUp();
  expect([await countBusy(), await answered()]).toEqual([1, ['replica']]);
});

it('a page may send a bookmark, and read it in an answer', async () => {
  const { accountId, token } = await newWorld('nearest');
  const headers: Record<string, string> = { 'nettu-account': accountId, authorization: `Bearer ${token}` };
  const first = await seenByPage(`${baseUrl}/me`, { headers });
  const bookmark = first.headers.get('nettu-bookmark') ?? '';
  // The preflight also names the header, since not every browser supports the wildcard.
  const preflight = await freshSocket(`${baseUrl}/me`, { method: 'OPTIONS' });
  expect(listOf(preflight, 'access-control-allow-headers')).toContain('nettu-bookmark');
  await catchUp();
  const second = await seenByPage(`${baseUrl}/me`, { headers: { ...headers, 'nettu-bookmark': bookmark } });
  for (const { status, headers } of [first, second]) {
    expect([status, headers.get('nettu-bookmark')]).toEqual([
      200,
      expect.stringMatching(/^0\.[0-9a-f-]+\.n$/),
    ]);
  }
  expect(await answered()).toEqual(['primary', 'replica']);
});
