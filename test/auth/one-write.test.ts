/**
 * A write requires the signing key in this isolate's key cache, which may be outdated. A write with an accepted token
 * happens exactly once, and a write with a rejected token not at all.
 */
import { describe, expect, it } from 'vitest';
import { keys, newAccount } from '../support/client.ts';
import { countOf, through } from '../support/database.ts';
import { addKey, createCalendar, firstKid, outcome, second, setState, tokenOf } from '../support/signing.ts';

describe('a write while the account changes its keys', () => {
  it('writes once when the same public key has been added under a second kid', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user);
    await createCalendar(user, token);
    await addKey(account, keys, { kid: 'the-same-key' });

    const created = await createCalendar(user, token);

    expect(created.status).toBe(201);
    expect(await countOf('calendars', account.id)).toBe(2);
  });

  it('deletes once, and returns 200, when the same public key has been added under a second kid', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user);
    const calendar = await createCalendar(user, token);
    await addKey(account, keys, { kid: 'the-same-key' });

    const deleted = await user.call('DELETE', `/calendar/${calendar.body.calendar.id}`, { token });

    expect(outcome(deleted)).toBe('200');
  });

  it('writes once when the token names the second kid of the same public key', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user, {}, { kid: 'the-same-key' });
    await createCalendar(user, token);
    await addKey(account, keys, { kid: 'the-same-key' });

    expect((await createCalendar(user, token)).status).toBe(201);
    expect(await countOf('calendars', account.id)).toBe(2);
  });

  it('writes nothing when a new key has the kid that the client had put into the token', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user, {}, { kid: 'mine' });
    await createCalendar(user, token);
    await addKey(account, second, { kid: 'mine' });

    const refused = await createCalendar(user, token);

    expect(outcome(refused)).toBe('401 token-signature');
    expect(await countOf('calendars', account.id)).toBe(1);
  });

  it('writes nothing when a key on standby now has the kid in the token', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user, {}, { kid: 'mine' });
    await createCalendar(user, token);
    await addKey(account, keys, { kid: 'mine', state: 'standby' });

    expect(outcome(await createCalendar(user, token))).toBe('401 key-standby');
    expect(await countOf('calendars', account.id)).toBe(1);
  });

  it('writes once when its key was revoked and the same public key is active under another kid', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user);
    await createCalendar(user, token);
    const first = await firstKid(account);
    await addKey(account, keys, { kid: 'the-same-key' });
    await setState(account, first, 'revoked');

    expect((await createCalendar(user, token)).status).toBe(201);
    expect(await countOf('calendars', account.id)).toBe(2);
  });

  it('writes once when the key was removed and uploaded again', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const token = await tokenOf(keys, user);
    await createCalendar(user, token);
    await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: keys.pem } });

    expect((await createCalendar(user, token)).status).toBe(201);
    expect(await countOf('calendars', account.id)).toBe(2);
  });
});

it('answers a read that is in flight while its account uploads the same key again', async () => {
  const user = await (await newAccount()).newUser();
  const token = await user.token();
  await user.call('GET', '/me', { token });
  const slow = through(async (run) => {
    const results = await run();
    await user.account.call('PUT', '/account/pubkey', { body: { publicJwtKey: keys.pem } });
    expect((await user.call('GET', '/me', { token })).status).toBe(200);
    return results;
  });
  expect((await user.call('GET', '/me', { token, env: { DB: slow } })).status).toBe(200);
});
