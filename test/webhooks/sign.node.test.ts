/** Signatures: the Worker, `verifyWebhook` and the `standardwebhooks` package verify and sign for each other. */
import { runInNewContext } from 'node:vm';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from '../../src/sdk/verify-webhook.ts';
import { newWebhookSecret, signer } from '../../src/webhooks/sign.ts';

const body = JSON.stringify({ type: 'ping', timestamp: 1, data: { text: 'Grüße ✓ 𝄞' } });
const secret = newWebhookSecret();
const seconds = () => Math.floor(Date.now() / 1000);

async function headersOf(secrets: string[], at = seconds(), id = 'some-id', text = body) {
  const sign = await signer(secrets);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': await sign(id, at, text),
  };
}

const title = (name: string): string => name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

const renamed = <T = string>(
  headers: Record<string, string>,
  rename: (name: string) => string,
  as = (value: string): T => value as T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [rename(name), as(value)]));

it('a secret has 24 random bytes', () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(newWebhookSecret()).not.toBe(secret);
});

it('the package verifies a signature of the Worker', async () => {
  expect(new Webhook(secret).verify(body, await headersOf([secret]))).toEqual(JSON.parse(body));
});

it('verifyWebhook verifies a signature of the package, for every length of secret', async () => {
  for (const length of [24, 25, 26, 32, 64]) {
    const other = `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(length))))}`;
    const now = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(other).sign('msg_1', now, body),
    };
    expect(await verifyWebhook(body, headers, other)).toEqual(JSON.parse(body));
  }
});

it('the Worker reproduces the test vector of the specification', async () => {
  const sign = await signer(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
  expect(await sign('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

describe('verifyWebhook', () => {
  it('accepts Headers, headers of Node, and the body as bytes', async () => {
    const headers = await headersOf([secret]);
    const expected = JSON.parse(body);
    expect(await verifyWebhook(body, new Headers(headers), secret)).toEqual(expected);
    expect(await verifyWebhook(new TextEncoder().encode(body), headers, secret)).toEqual(expected);
    expect(await verifyWebhook(body, headers, secret.slice('whsec_'.length))).toEqual(expected);
  });

  it.each<[string, (headers: Record<string, string>) => unknown]>([
    ['names in Title-Case', (headers) => renamed(headers, title)],
    [
      'names in capitals, each in a list',
      (headers) =>
        renamed(
          headers,
          (name) => name.toUpperCase(),
          (value) => [value],
        ),
    ],
    ['a Map', (headers) => new Map(Object.entries(renamed(headers, title)))],
    ['a list of pairs', (headers) => Object.entries(headers)],
    ['an object with entries()', (headers) => ({ entries: () => Object.entries(renamed(headers, title)) })],
    [
      'Headers of another realm',
      (headers) => runInNewContext('({ get: (name) => all.get(name) })', { all: new Headers(headers) }),
    ],
    [
      'an object of another realm',
      (headers) => runInNewContext('JSON.parse(text)', { text: JSON.stringify(headers) }),
    ],
  ])('accepts headers as %s', async (_, as) => {
    const headers = as(await headersOf([secret])) as WebhookHeaders;
    expect(await verifyWebhook(body, headers, secret)).toEqual(JSON.parse(body));
  });

  it.each<[string, string, unknown]>([
    ['an ArrayBuffer', '', new TextEncoder().encode(body).buffer],
    ['a Buffer', '', Buffer.from(body)],
    [
      'bytes of another realm',
      '',
      runInNewContext('Uint8Array.from(bytes)', { bytes: [...new TextEncoder().encode(body)] }),
    ],
    ['a Promise', 'The body is a Promise: await it', Promise.resolve(body)],
    ['parsed JSON', 'The body is neither text nor bytes', JSON.parse(body)],
    ['nothing', 'The body is neither text nor bytes', undefined],
  ])('a body that is %s: %s', async (_, message, given) => {
    const call = verifyWebhook(given as string, await headersOf([secret]), secret);
    if (message)
      await expect(call).rejects.toMatchObject({ code: 'body', message: expect.stringContaining(message) });
    else expect(await call).toEqual(JSON.parse(body));
  });

  it.each<[string, string, unknown]>([
    ['a Promise', 'await them', Promise.resolve(new Headers())],
    ['nothing', 'pass request.headers', undefined],
    ['null', 'pass request.headers', null],
    ['text', 'missing', 'webhook-id: a'],
    ['a whole request', 'a whole request', new Request('https://example.test/')],
    ["Node's whole request", 'a whole request', { headers: {}, method: 'POST' }],
  ])('headers that are %s', async (_, message, given) => {
    const call = verifyWebhook(body, given as Headers, secret);
    await expect(call).rejects.toMatchObject({ code: 'headers', message: expect.stringContaining(message) });
  });

  it.each<[unknown, string]>([
    [undefined, 'is missing'],
    ['', 'is missing'],
    [Promise.resolve(secret), 'is a Promise'],
    ['whk_abcdef', 'is the key of the webhook'],
    ['whsec_', 'is not base64'],
    ['whsec_✓', 'is not base64'],
    ['my own secret!', 'is not base64'],
  ])('a secret that is %j', async (given, message) => {
    const call = verifyWebhook(body, await headersOf([secret]), given as string);
    await expect(call).rejects.toMatchObject({ code: 'secret', message: expect.stringContaining(message) });
  });

  it('says so in a runtime without WebCrypto', async () => {
    const headers = await headersOf([secret]);
    vi.stubGlobal('crypto', undefined);
    try {
      await expect(verifyWebhook(body, headers, secret)).rejects.toMatchObject({ code: 'runtime' });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('accepts either secret after a roll', async () => {
    const old = newWebhookSecret();
    const headers = await headersOf([secret, old]);
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const one of [secret, old]) {
      expect(await verifyWebhook(body, headers, one)).toEqual(JSON.parse(body));
      expect(new Webhook(one).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it('ignores signatures of other versions', async () => {
    const headers = await headersOf([secret]);
    const signature = `v2,AAAA v1a,BBBB ${headers['webhook-signature']}`;
    expect(await verifyWebhook(body, { ...headers, 'webhook-signature': signature }, secret)).toBeTruthy();
    const only = headers['webhook-signature'].replace('v1,', 'v2,');
    await expect(verifyWebhook(body, { ...headers, 'webhook-signature': only }, secret)).rejects.toThrow(
      'webhook-signature does not fit',
    );
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'names a missing header: %s',
    async (name) => {
      const { [name]: _, ...headers } = (await headersOf([secret])) as Record<string, string>;
      await expect(verifyWebhook(body, headers, secret)).rejects.toThrow(`The header ${name} is missing`);
      await expect(verifyWebhook(body, new Headers(headers), secret)).rejects.toThrow(name);
    },
  );

  it('rejects another body, id, time and secret', async () => {
    const headers = await headersOf([secret]);
    const wrong = 'webhook-signature does not fit';
    await expect(verifyWebhook(`${body} `, headers, secret)).rejects.toThrow(wrong);
    await expect(verifyWebhook(body, headers, newWebhookSecret())).rejects.toThrow(wrong);
    const changed = { 'webhook-id': 'other', 'webhook-timestamp': String(seconds() - 60) };
    for (const [name, value] of Object.entries(changed)) {
      await expect(verifyWebhook(body, { ...headers, [name]: value }, secret)).rejects.toThrow(wrong);
    }
    for (const signature of [
      'v1',
      'v1,',
      'v1,%%%',
      'v1,AAAA',
      'nonsense',
      headers['webhook-signature'].slice(0, -2),
    ]) {
      await expect(
        verifyWebhook(body, { ...headers, 'webhook-signature': signature }, secret),
      ).rejects.toThrow(wrong);
    }
  });

  it('accepts a timestamp within five minutes either way', async () => {
    vi.useFakeTimers({ now: 1_900_000_000_000, toFake: ['Date'] });
    try {
      for (const seconds of [-300, 0, 300]) {
        const headers = await headersOf([secret], 1_900_000_000 + seconds);
        expect(await verifyWebhook(body, headers, secret)).toBeTruthy();
      }
      for (const seconds of [-301, 301]) {
        const headers = await headersOf([secret], 1_900_000_000 + seconds);
        await expect(verifyWebhook(body, headers, secret)).rejects.toThrow('five minutes');
      }
    } finally {
      vi.useRealTimers();
    }
    const headers = { ...(await headersOf([secret])), 'webhook-timestamp': 'now' };
    await expect(verifyWebhook(body, headers, secret)).rejects.toThrow('five minutes');
  });
});
