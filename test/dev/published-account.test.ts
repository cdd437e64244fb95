/** `npm run import -- FILE --published`: an account of the published service, with its own id and keys. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import { NettuClient, NettuUserClient } from '@nettu/scheduler-sdk';
import { signUserToken } from '@nettu/scheduler-sdk/sign-user-token';
import { afterAll, describe, expect, it } from 'vitest';
import { importAccount } from '../../src/dev/import.ts';
import { readPublishedAccount } from '../../src/dev/published-account.ts';
import { importCopy } from '../../src/export/import.ts';
import { startService } from '../e2e/support/service.ts';

const service = await startService();
const folder = mkdtempSync(join(tmpdir(), 'nettu-published-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.stop();
});
const [baseUrl] = service.baseUrls;
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const db = service.db as unknown as D1Database;

function written(text: string): string {
  const file = join(folder, 'account.json');
  writeFileSync(file, text);
  return file;
}

const id = '6F9619FF-8B86-4D01-B42D-00CF4FC964FF';
const secretApiKey = 'sk_live_abcdefghijklmnopqrstuvwxyz0123';
const valid = { account: { id, publicJwtKey: pair.publicKey }, secretApiKey };
const read = (value: unknown) => readPublishedAccount(written(JSON.stringify(value)), 1000);

it('keeps the id, the API key and the public key', async () => {
  const copy = await read(valid);
  expect(await importCopy(db, copy)).toBe(true);
  const client = NettuClient({ baseUrl, apiKey: secretApiKey });
  const { data } = await client.account.me();
  expect(data?.account).toMatchObject({
    id: id.toLowerCase(),
    publicJwtKey: pair.publicKey,
    settings: { webhook: null, publicFreebusy: true, publicBooking: true, reads: 'primary' },
  });
  const user = await client.user.create();
  const { privateKey } = pair;
  const token = await signUserToken({
    privateKey,
    userId: user.data?.user.id ?? '',
    policy: { allow: ['*'] },
  });
  const browser = NettuUserClient({ baseUrl, nettuAccount: id, token });
  expect((await browser.calendar.create({ timezone: 'UTC' })).status).toBe(201);
  expect(await importCopy(db, copy)).toBe(false);
});

it('needs no public key', async () => {
  for (const [i, account] of [{ publicJwtKey: null }, {}].entries()) {
    const own = `${secretApiKey}${i}`;
    const other = id.replace('4D01', `4D1${i}`);
    const copy = await read({ account: { id: other, ...account }, secretApiKey: own });
    expect(await importCopy(db, copy)).toBe(true);
    const { data } = await NettuClient({ baseUrl, apiKey: own }).account.me();
    expect(data?.account).toMatchObject({ id: other.toLowerCase(), publicJwtKey: null });
  }
});

describe('a file that cannot be is refused', () => {
  const secret = 'sk_live_too-short';
  it.each([
    ['an id that is no UUID', { ...valid, account: { id: '60a1f0c2e4b0' } }, /^account.id must be a UUID/],
    ['no account', { secretApiKey }, /^account.id/],
    ['an account that is a text', { account: 'x', secretApiKey }, /^account.id/],
    [
      'an id of another shard',
      { ...valid, account: { id: id.replace('4D01', '8001') } },
      /^account.id must not name/,
    ],
    ['no API key', { account: valid.account }, /^secretApiKey must be/],
    ['a short API key', { ...valid, secretApiKey: secret }, /^secretApiKey must be/],
    [
      'an API key of another shard',
      { ...valid, secretApiKey: `sk_1.${'x'.repeat(32)}` },
      /^secretApiKey must be/,
    ],
    [
      'a private key',
      { ...valid, account: { id, publicJwtKey: pair.privateKey } },
      /^account.publicJwtKey is a private key/,
    ],
    ['a key that is no PEM', { ...valid, account: { id, publicJwtKey: 7 } }, /^account.publicJwtKey is/],
    ['null', null, /^account.id/],
  ])('%s', async (_, value, message) => {
    const error: Error = (await read(value).catch((thrown: Error) => thrown)) as Error;
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(secret);
  });

  it('a text that is no JSON, without what it says', async () => {
    const error = await readPublishedAccount(written(`secretApiKey=${secret}`), 1000).catch(String);
    expect(error).toMatch(/must be JSON/);
    expect(error).not.toContain(secret);
  });

  it('a database of another shard', async () => {
    const config = join(folder, 'wrangler.json');
    const bound = { binding: 'DB_EU', database_name: 'eu', database_id: 'eu' };
    const SHARDS = { 1: { binding: 'DB_EU', region: 'eu' } };
    writeFileSync(config, JSON.stringify({ name: 'x', d1_databases: [bound], vars: { SHARDS } }));
    const args = [written(JSON.stringify(valid)), '--published', '--binding', 'DB_EU', '--config', config];
    await expect(importAccount(args)).rejects.toThrow('only in DB, which is shard 0');
  });
});
