/** Signals and timeouts, which end a call before its answer. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  NettuClient,
  NettuNetworkError,
  NettuTimeoutError,
  NettuUserClient,
  type RequestOptions,
} from '../../src/sdk/index.ts';
import { json, problem, stubFetch } from './stub.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const baseUrl = 'https://scheduler.test/api/v1';

/** A service that never answers. On an abort, `fetch` rejects as in Node: with the signal's reason and a new stack. */
function silence() {
  const signals: AbortSignal[] = [];
  const fetch = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      if (!signal) return;
      signals.push(signal);
      signal.addEventListener('abort', () => {
        if (signal.reason instanceof Error) signal.reason.stack = 'overwritten by fetch';
        reject(signal.reason);
      });
    });
  return { fetch, signals };
}

/** A token function that returns another token on each call. */
function issuer() {
  let n = 0;
  return () => `a.b.${n++}`;
}

const endless = { token: () => new Promise<string>(() => {}), nettuAccount: 'acc' };

describe('a signal', () => {
  test('ends the call with its reason, and aborts fetch', async () => {
    const { fetch, signals } = silence();
    const controller = new AbortController();
    const call = NettuClient({ fetch }).account.me({ signal: controller.signal });
    const reason = new Error('the page was left');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(signals[0]?.aborted).toBe(true);
  });

  test('without a reason rejects as fetch does', async () => {
    const { fetch } = silence();
    const controller = new AbortController();
    const call = NettuClient({ fetch }).account.me({ signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('that is aborted already sends no request, and does not call the token function', async () => {
    const { fetch, sent } = stubFetch();
    const token = vi.fn(() => 'a.b.c');
    const client = NettuUserClient({ fetch, token, nettuAccount: 'acc' });
    await expect(client.user.me({ signal: AbortSignal.abort('left') })).rejects.toBe('left');
    expect(token).not.toHaveBeenCalled();
    expect(sent).toEqual([]);
  });

  test('ends the wait for a token in one call, and not in the others', async () => {
    const { fetch, sent } = stubFetch();
    let arrive: (token: string) => void = () => {};
    const token = () =>
      new Promise<string>((resolve) => {
        arrive = resolve;
      });
    const client = NettuUserClient({ fetch, token, nettuAccount: 'acc' });
    const controller = new AbortController();
    const left = client.user.me({ signal: controller.signal });
    const stays = client.user.me();
    controller.abort('left');
    await expect(left).rejects.toBe('left');
    arrive('a.b.c');
    expect((await stays).status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  test('ends the wait for the rest of an answer', async () => {
    const controller = new AbortController();
    const fetch = async () => new Response(new ReadableStream({ pull: () => controller.abort('left') }));
    const call = NettuClient({ fetch }).account.me({ signal: controller.signal });
    await expect(call).rejects.toBe('left');
  });

  test('has no listener left after the call', async () => {
    const { fetch } = stubFetch(json({}));
    const controller = new AbortController();
    const add = vi.spyOn(controller.signal, 'addEventListener');
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const { status } = await NettuClient({ fetch }).account.me({ signal: controller.signal });
    controller.abort();
    expect(status).toBe(200);
    expect(remove.mock.calls[0]).toEqual(add.mock.calls[0]);
  });
});

describe('a timeout', () => {
  const inTime = async (call: Promise<unknown>, ms: number) => {
    const outcome = call.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    return outcome;
  };

  test('rejects with an error that says that the service may have carried out the request', async () => {
    const { fetch, signals } = silence();
    const client = NettuClient({ fetch, baseUrl, apiKey: 'sk_secret', timeout: 5000 });
    const error = await inTime(client.user.findByMeta({ key: 'email', value: 'a@b.test' }), 5000);
    expect(error).toBeInstanceOf(NettuTimeoutError);
    expect(error).toBeInstanceOf(NettuNetworkError);
    expect(String(error)).toBe(
      `NettuTimeoutError: GET ${baseUrl}/user/meta got no answer within its timeout of 5000 ms. ` +
        'The service may have carried it out.',
    );
    expect(signals[0]?.aborted).toBe(true);
  });

  test('is a minute by default', async () => {
    expect(await inTime(NettuClient(silence()).account.me(), 60_000)).toBeInstanceOf(NettuTimeoutError);
  });

  test('of a call overrides that of its client', async () => {
    const client = NettuClient({ ...silence(), timeout: 5000 });
    expect(await inTime(client.account.me({ timeout: 200 }), 200)).toBeInstanceOf(NettuTimeoutError);
    expect(await inTime(client.account.me({ timeout: 9000 }), 9000)).toBeInstanceOf(NettuTimeoutError);
  });

  test('covers the wait for a token', async () => {
    const client = NettuUserClient({ ...endless, timeout: 300 });
    expect(await inTime(client.user.me(), 300)).toBeInstanceOf(NettuTimeoutError);
  });

  test('covers both attempts of a call with an expired token', async () => {
    const { fetch } = stubFetch(problem('token-expired', 401), silence().fetch.bind(null, '', {}));
    const client = NettuUserClient({ fetch, token: issuer(), nettuAccount: 'acc', timeout: 300 });
    expect(await inTime(client.user.me(), 300)).toBeInstanceOf(NettuTimeoutError);
  });

  test('rejects with a stack that leads to the line of the call', async () => {
    async function theCallingLine(options: RequestOptions) {
      return NettuClient(silence()).account.me(options);
    }
    const error = await inTime(theCallingLine({ timeout: 100 }), 100);
    expect(error).toMatchObject({ stack: expect.stringContaining('theCallingLine') });
  });

  test('leaves no timer after an answer', async () => {
    const { fetch } = stubFetch(json({}));
    await NettuClient({ fetch, timeout: 5000 }).account.me();
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31])('of %d ms waits as long as fetch does', async (timeout) => {
    const { fetch } = stubFetch(json({}));
    const timer = vi.spyOn(globalThis, 'setTimeout');
    await NettuClient({ fetch, timeout: 100 }).account.me({ timeout });
    expect(timer).not.toHaveBeenCalled();
  });

  test.each([0, -1, Number.NaN])('of %d ms throws a TypeError', async (timeout) => {
    const { fetch, sent } = stubFetch();
    await expect(NettuClient({ fetch }).account.me({ timeout })).rejects.toThrow(
      new TypeError('timeout must be a positive number of milliseconds'),
    );
    expect(sent).toEqual([]);
  });
});
