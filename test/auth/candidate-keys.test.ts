/** Which of an account's keys verify a token, and the 401 for a token of a key that is not accepted now. */
import { describe, expect, it } from 'vitest';
import { keys, newAccount, type User } from '../support/client.ts';
import {
  addKey,
  firstKid,
  outcome,
  readAndWrite,
  second,
  setState,
  third,
  tokenOf,
} from '../support/signing.ts';

const ACCEPTED = ['200', '201'];
const refused = (code: string) => [`401 ${code}`, `401 ${code}`];
const HOUR = 3_600_000;

async function newUser(): Promise<User> {
  return (await newAccount()).newUser();
}

describe('a kid that names a key', () => {
  it('selects that key', async () => {
    const user = await newUser();
    const kid = await addKey(user.account, second);
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid }))).toEqual(ACCEPTED);
  });

  it('selects that key alone: the Worker does not try another accepted key, even the one that signed the token', async () => {
    const user = await newUser();
    const first = await firstKid(user.account);
    const kid = await addKey(user.account, second);
    expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(
      refused('token-signature'),
    );
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid: first }))).toEqual(
      refused('token-signature'),
    );
  });

  it('selects that key alone, also in an isolate that has verified tokens with the other key', async () => {
    const user = await newUser();
    const kid = await addKey(user.account, second);
    await readAndWrite(user, await tokenOf(keys, user));
    expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(
      refused('token-signature'),
    );
  });

  it('is case-sensitive and matches as a whole', async () => {
    const user = await newUser();
    await addKey(user.account, second, { kid: 'Mine' });
    for (const kid of ['mine', 'MINE', 'Mine ', 'Min']) {
      expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(ACCEPTED);
    }
  });

  it("of another account is ignored: any of this account's keys may verify the token", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const kid = await addKey(other.account, second, { kid: 'theirs' });
    expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(ACCEPTED);
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid }))).toEqual(
      refused('token-signature'),
    );
  });

  it.each([
    ['standby', undefined, 'key-standby'],
    ['retiring', -HOUR, 'key-retired'],
    ['revoked', undefined, 'key-revoked'],
  ])('selects a key in the state %s, and no other key replaces it', async (state, until, code) => {
    const user = await newUser();
    const kid = await addKey(user.account, second);
    await setState(user.account, kid, state, until && Date.now() + until);
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid }))).toEqual(refused(code));
    expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(
      refused('token-signature'),
    );
  });
});

describe.each([
  ['no kid', undefined],
  ["a kid of the client's own", { kid: 'from-my-jwks' }],
])('a token with %s', (_, header) => {
  it('is accepted with any of five accepted keys', async () => {
    const user = await newUser();
    await addKey(user.account, second, { kid: 'k2' });
    await addKey(user.account, third, { kid: 'k3' });
    await setState(user.account, 'k3', 'retiring', Date.now() + HOUR);
    await addKey(user.account, third, { kid: 'k4', state: 'standby' });
    await addKey(user.account, second, { kid: 'k5', state: 'standby' });
    for (const pair of [keys, second, third]) {
      expect(await readAndWrite(user, await tokenOf(pair, user, {}, header))).toEqual(ACCEPTED);
    }
  });

  it('gets the code for the state of the key that signed it, when that key is not accepted', async () => {
    const user = await newUser();
    const kid = await addKey(user.account, second, { state: 'standby' });
    const token = await tokenOf(second, user, {}, header);
    expect(await readAndWrite(user, token)).toEqual(refused('key-standby'));
    await setState(user.account, kid, 'retiring', Date.now() - 1);
    expect(await readAndWrite(user, token)).toEqual(refused('key-retired'));
    await setState(user.account, kid, 'revoked');
    expect(await readAndWrite(user, token)).toEqual(refused('key-revoked'));
  });

  it.each(['standby', 'retiring', 'revoked'])(
    'gets token-signature, whatever the state, when a key in the state %s did not sign it',
    async (state) => {
      const user = await newUser();
      const kid = await firstKid(user.account);
      await setState(user.account, kid, state, state === 'retiring' ? 0 : undefined);
      const token = await tokenOf(second, user, {}, header);
      expect(await readAndWrite(user, token)).toEqual(refused('token-signature'));
    },
  );

  it('is accepted when its public key is stored twice and one of the two is active', async () => {
    const user = await newUser();
    const first = await firstKid(user.account);
    await addKey(user.account, keys, { kid: 'again' });
    const token = await tokenOf(keys, user, {}, header);
    await setState(user.account, first, 'revoked');
    expect(outcome(await user.call('GET', '/me', { token }))).toBe('200');
    await setState(user.account, 'again', 'standby');
    expect((await readAndWrite(user, token))[0]).toMatch(/^401 key-(revoked|standby)$/);
  });
});
