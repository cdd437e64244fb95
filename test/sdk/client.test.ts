/** Every request: its base URL, its credentials, its fetch, and the encoding of values in its URL. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BusyCalendarProvider,
  config,
  Frequency,
  Frequenzy,
  NettuClient,
  NettuUserClient,
  type NettuUserClientOptions,
  Permissions,
  ScheduleRuleVariant,
  Weekday,
} from '../../src/sdk/index.ts';
import { json, stubFetch } from './stub.ts';

const BASE = 'https://scheduler.test/api/v1';
const published = config.baseUrl;

afterEach(() => {
  config.baseUrl = published;
  vi.unstubAllGlobals();
});

describe('the base URL', () => {
  test('is config.baseUrl at the time of the request', async () => {
    const { fetch, sent } = stubFetch();
    const client = NettuClient({ fetch });
    await client.account.me();
    config.baseUrl = BASE;
    await client.account.me();
    expect(sent.map(({ url }) => url)).toEqual(['http://localhost:5000/api/v1/account', `${BASE}/account`]);
  });

  test('of a client overrides config.baseUrl', async () => {
    const { fetch, sent } = stubFetch();
    config.baseUrl = 'https://other.test';
    await NettuClient({ fetch, baseUrl: BASE }).account.me();
    expect(sent[0]?.url).toBe(`${BASE}/account`);
  });

  test.each([`${BASE}/`, `${BASE}//`])('may end in slashes: %s', async (baseUrl) => {
    const { fetch, sent } = stubFetch();
    await NettuClient({ fetch, baseUrl }).account.me();
    expect(sent[0]?.url).toBe(`${BASE}/account`);
  });

  test('may be a path, for a page on the same origin', async () => {
    const { fetch, sent } = stubFetch();
    await NettuClient({ fetch, baseUrl: '/api/v1' }).account.me();
    expect(sent[0]?.url).toBe('/api/v1/account');
  });

  test('with a password throws a TypeError whose message does not contain the password', async () => {
    const { fetch, sent } = stubFetch();
    const call = NettuClient({ fetch, baseUrl: 'https://me:hunter2@scheduler.test' }).account.me();
    await expect(call).rejects.toThrow(
      new TypeError('The base URL must not contain a user name or password'),
    );
    expect(sent).toEqual([]);
  });
});

describe('the caller', () => {
  test('without credentials sends no header for them', async () => {
    const { fetch, sent } = stubFetch();
    await NettuClient({ fetch, apiKey: '', nettuAccount: '' }).health.checkStatus();
    await NettuClient({ fetch }).health.checkStatus();
    expect(sent.map(({ headers }) => headers)).toEqual([{}, {}]);
  });

  test('with only an account id is anonymous', async () => {
    const { fetch, sent } = stubFetch();
    const anonymous = NettuClient({ fetch, nettuAccount: 'acc' });
    await anonymous.user.freebusy('u1', { startTs: 0, endTs: 1 });
    const grid = { startDate: '2030-01-31', endDate: '2030-01-31', duration: 60_000, interval: 300_000 };
    await anonymous.service.getBookingslots('s1', grid);
    const account = { 'nettu-account': 'acc' };
    expect(sent.map(({ headers }) => headers)).toEqual([account, account]);
  });

  test('with an API key is the account, even with an account id', async () => {
    const { fetch, sent } = stubFetch();
    await NettuClient({ fetch, apiKey: 'sk_1', nettuAccount: 'acc' }).account.me();
    expect(sent[0]?.headers).toEqual({ 'x-api-key': 'sk_1' });
  });

  test('with an empty token sends no authorization', async () => {
    const { fetch, sent } = stubFetch();
    await NettuUserClient({ fetch, token: '', nettuAccount: 'acc' }).user.me();
    expect(sent[0]?.headers).toEqual({ 'nettu-account': 'acc' });
  });

  test('with a key that is invalid in a header throws a TypeError without the key', async () => {
    const { fetch, sent } = stubFetch();
    const error = await NettuClient({ fetch, apiKey: 'sk_1\nsk_2' }).account.me().catch(String);
    expect(error).toMatch(/^TypeError: .* is invalid in a header$/);
    expect(error).not.toContain('sk_');
    expect(sent).toEqual([]);
  });
});

describe('a user client', () => {
  const valid = { token: 'a.b.c', nettuAccount: 'acc' };
  const needsToken = 'NettuUserClient needs a token: a JWT, or a function that returns one';
  const needsAccount = 'NettuUserClient needs nettuAccount: the id of the account that signs its tokens';

  test.each([
    [{ token: undefined }, needsToken],
    [{ token: Promise.resolve('a.b.c') }, needsToken],
    [{ nettuAccount: undefined }, needsAccount],
    [{ nettuAccount: '' }, needsAccount],
  ])('throws a TypeError with %j', (wrong, message) => {
    const options = { ...valid, ...wrong } as NettuUserClientOptions;
    expect(() => NettuUserClient(options)).toThrow(new TypeError(message));
  });
});

describe('fetch', () => {
  test('is the global fetch at the time of the request', async () => {
    const client = NettuClient({ apiKey: 'sk_1' });
    const { fetch, sent } = stubFetch();
    vi.stubGlobal('fetch', fetch);
    await client.account.me();
    expect(sent).toHaveLength(1);
  });

  test('is called as a plain function, as browsers require', async () => {
    const receivers: unknown[] = [];
    function fetch(this: unknown) {
      receivers.push(this);
      return Promise.resolve(Response.json({}));
    }
    await NettuClient({ fetch }).account.me();
    vi.stubGlobal('fetch', fetch);
    await NettuClient().account.me();
    expect(receivers).toEqual([undefined, undefined]);
  });

  test('does not follow redirects, which could send the API key to another host', async () => {
    const fetch = vi.fn(async (_url: string, _init: RequestInit) => Response.json({}));
    await NettuClient({ fetch, apiKey: 'sk_1' }).account.me();
    expect(fetch.mock.calls[0]?.[1].redirect).toBe('manual');
  });
});

describe('values in URLs', () => {
  test('stay in their segment of the path', async () => {
    const { fetch, sent } = stubFetch();
    await NettuClient({ fetch, baseUrl: BASE }).account.keys.remove('a/b?c#d %é..');
    expect(sent[0]?.url).toBe(`${BASE}/account/keys/a%2Fb%3Fc%23d%20%25%C3%A9..`);
  });

  test.each([
    ['', '""'],
    ['.', '"."'],
    ['..', '".."'],
    [undefined, 'undefined'],
    [null, 'object'],
    [7, 'number'],
  ])('throw a TypeError where they cannot be a segment: %j', async (value, named) => {
    const { fetch, sent } = stubFetch(json({}));
    const client = NettuClient({ fetch });
    const id = value as string;
    await expect(client.user.remove(id)).rejects.toThrow(new TypeError(`userId must be an id, not ${named}`));
    await expect(client.calendar.findById(id)).rejects.toThrow(/^calendarId must be an id/);
    expect(sent).toEqual([]);
  });

  test('stay in their value of the query', async () => {
    const { fetch, sent } = stubFetch();
    const pair = { key: 'a&b=c', value: 'd+e f#ü' };
    await NettuClient({ fetch, baseUrl: BASE }).user.findByMeta(pair);
    const { searchParams, hash } = new URL(sent[0]?.url ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({ ...pair, skip: '0', limit: '20' });
    expect(hash).toBe('');
  });
});

test('the constants are the strings of the contract', () => {
  expect(Frequenzy).toBe(Frequency);
  expect(Frequency.Weekly).toBe('weekly');
  for (const [name, permission] of Object.entries(Permissions)) {
    expect(permission).toBe(name === 'All' ? '*' : name);
  }
  expect(Object.values(Weekday)).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
  expect(Object.values(ScheduleRuleVariant)).toEqual(['WDay', 'Date', 'Dates']);
  expect(Object.values(BusyCalendarProvider)).toEqual(['Nettu', 'Google', 'Outlook']);
  for (const words of [Weekday, ScheduleRuleVariant, BusyCalendarProvider]) {
    expect(Object.keys(words)).toEqual(Object.values(words));
  }
});
