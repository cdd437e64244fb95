/** Signatures: the Worker, `verifyWebhook` and the `standardwebhooks` package verify and sign for each other. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { verifyWebhook } from '../../src/sdk/verify-webhook.ts';
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
    await expect(verifyWebhook(body, headers, '✓')).rejects.toThrow();
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
