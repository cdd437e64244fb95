/** Accounts: creation, the webhook and the single public key. */
import { describe, expect, it } from 'vitest';
import { unusedQuotas } from '../../../src/quotas.ts';
import { version } from '../../../src/sdk/package.json';
import { CODE, call, keys, newAccount, newKeys } from '../../support/client.ts';
import { countOf, snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const text = expect.any(String);

it('GET / reports that the service is up', async () => {
  const reply = await call('GET', '/');
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    message: text,
    version,
    docs: '/api/v1/docs',
    openapi: '/api/v1/openapi.json',
  });
});

describe('POST /account', () => {
  it('creates an empty account with a working API key', async () => {
    const reply = await call('POST', '/account', { body: { code: CODE } });
    expect(reply.status).toBe(201);
    const settings = {
      webhook: null,
      publicFreebusy: true,
      publicBooking: true,
      reads: 'primary',
      keepCancelledDays: 365,
    };
    const account = { id: expect.stringMatching(UUID), publicJwtKey: null, settings, quotas: unusedQuotas };
    const secretApiKey = expect.stringMatching(/^sk_[\w-]{30,}$/);
    expect(reply.body).toEqual({ account, secretApiKey });
    const me = await call('GET', '/account', { headers: { 'x-api-key': reply.body.secretApiKey } });
    expect(me).toMatchObject({ status: 200 });
    expect(me.body).toEqual({ account: reply.body.account });
  });

  it('creates a different account on every call', async () => {
    const [one, two] = [await newAccount(), await newAccount()];
    expect(one.id).not.toBe(two.id);
    expect(one.apiKey).not.toBe(two.apiKey);
  });

  it('stores nothing that reveals the API key', async () => {
    const { apiKey } = await newAccount();
    const stored = JSON.stringify(await snapshot());
    expect(stored).not.toContain(apiKey);
    expect(stored).not.toContain(apiKey.slice(3));
    expect(stored).not.toContain(apiKey.slice(-8));
  });

  it.each(['', `${CODE} `, CODE.toUpperCase(), CODE.slice(0, -1), `${CODE}${CODE}`, 'undefined', '\0'])(
    'returns 401 for the wrong code %j',
    async (code) => {
      const before = await snapshot();
      expectProblem(await call('POST', '/account', { body: { code } }), 'account-code-wrong');
      expect(await snapshot()).toEqual(before);
    },
  );

  it.each([undefined, ''])('rejects every code while the secret is %j', async (secret) => {
    const env = { CREATE_ACCOUNT_SECRET_CODE: secret as string };
    const before = await snapshot();
    for (const code of [CODE, '', 'undefined', 'null']) {
      expectProblem(await call('POST', '/account', { body: { code }, env }), 'account-creation-closed');
    }
    expect(await snapshot()).toEqual(before);
  });
});

describe('PUT /account/pubkey', () => {
  it('returns the account with the key exactly as sent', async () => {
    const account = await newAccount(null);
    const pem = `\n${keys.pem.replaceAll('\n', '\r\n')}`;
    const reply = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: pem } });
    const settings = {
      webhook: null,
      publicFreebusy: true,
      publicBooking: true,
      reads: 'primary',
      keepCancelledDays: 365,
    };
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      account: { id: account.id, publicJwtKey: pem, settings, quotas: unusedQuotas },
    });
    expect((await account.call('GET', '/account')).body).toEqual(reply.body);
  });

  it('replaces the previous key', async () => {
    const account = await newAccount(keys.pem);
    const { pem } = await newKeys();
    for (const publicJwtKey of [pem, pem, keys.pem]) {
      const { body } = await account.call('PUT', '/account/pubkey', { body: { publicJwtKey } });
      expect(body.account.publicJwtKey).toBe(publicJwtKey);
      expect(await countOf('signing_keys', account.id)).toBe(1);
    }
  });

  it.each([
    ['null', { body: { publicJwtKey: null } }],
    ['an absent member', { body: {} }],
    ['no body at all', {}],
  ])('%s removes the key, or does nothing without one', async (_, request) => {
    const account = await newAccount(keys.pem);
    for (let times = 0; times < 2; times++) {
      const reply = await account.call('PUT', '/account/pubkey', request);
      expect(reply).toMatchObject({ status: 200, body: { account: { publicJwtKey: null } } });
      expect((await account.call('GET', '/account')).body).toEqual(reply.body);
      expect(await countOf('signing_keys', account.id)).toBe(0);
    }
  });

  it('leaves other accounts alone', async () => {
    const [account, other] = [await newAccount(keys.pem), await newAccount(keys.pem)];
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: null } });
    expect((await other.call('GET', '/account')).body.account.publicJwtKey).toBe(keys.pem);
  });
});

describe('the webhook', () => {
  const put = (account: Awaited<ReturnType<typeof newAccount>>, webhookUrl: unknown) =>
    account.call('PUT', '/account/webhook', { body: { webhookUrl } });

  it('keeps its key and secret when the URL changes', async () => {
    const account = await newAccount();
    const first = await put(account, 'https://example.test/a');
    expect(first.status).toBe(200);
    const { settings, ...rest } = first.body.account;
    expect(rest).toEqual({ id: account.id, publicJwtKey: keys.pem, quotas: unusedQuotas });
    expect(settings.webhook).toEqual({
      url: 'https://example.test/a',
      key: expect.stringMatching(/^.{20,}$/),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
      events: [],
    });
    const second = await put(account, 'http://example.test:8080/?b=c#d');
    expect(second.body.account.settings.webhook).toEqual({
      ...settings.webhook,
      url: 'http://example.test:8080/?b=c#d',
    });
    expect((await account.call('GET', '/account')).body).toEqual(second.body);
  });

  it('can be deleted twice, and gets a new key when it is set again', async () => {
    const account = await newAccount();
    const { key, secret } = (await put(account, 'https://example.test/a')).body.account.settings.webhook;
    for (let times = 0; times < 2; times++) {
      const gone = await account.call('DELETE', '/account/webhook');
      expect(gone).toMatchObject({ status: 200, body: { account: { settings: { webhook: null } } } });
      expect((await account.call('GET', '/account')).body).toEqual(gone.body);
    }
    const again = (await put(account, 'https://example.test/a')).body.account.settings.webhook;
    expect(again.key).not.toBe(key);
    expect(again.secret).not.toBe(secret);
  });

  it('belongs to one account', async () => {
    const [account, other] = [await newAccount(), await newAccount()];
    const { key } = (await put(account, 'https://example.test/a')).body.account.settings.webhook;
    expect((await other.call('GET', '/account')).body.account.settings.webhook).toBe(null);
    expect((await put(other, 'https://example.test/a')).body.account.settings.webhook.key).not.toBe(key);
    await other.call('DELETE', '/account/webhook');
    expect((await account.call('GET', '/account')).body.account.settings.webhook.key).toBe(key);
  });
});
