/** The states of a signing key and their transitions. */
import { describe, expect, it } from 'vitest';
import { newAccount } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { addKey, keyPath, outcome, readAndWrite, second, setState, tokenOf } from '../../support/signing.ts';

const states = ['standby', 'active', 'retiring', 'revoked'] as const;
const LATER = Date.now() + 60_000;
const dateOf = (state: string) => (state === 'retiring' ? LATER : undefined);
const reversible = states.slice(0, 3);
const pairs = reversible.flatMap((from) => states.map((to) => [from, to] as const));

async function keyIn(state: string) {
  const account = await newAccount();
  const kid = await addKey(account, second, { kid: 'it' });
  const { body } = await setState(account, kid, state, dateOf(state));
  return { account, kid, key: body.key };
}

it.each(pairs)('changes a key from %s to %s', async (from, to) => {
  const { account, kid, key } = await keyIn(from);
  const { status, body } = await setState(account, kid, to, dateOf(to));
  const changed = { ...key, state: to, retiresAt: dateOf(to) ?? null };
  expect(key).toEqual({
    kid: 'it',
    publicJwtKey: second.pem,
    state: from,
    created: expect.any(Number),
    retiresAt: dateOf(from) ?? null,
  });
  expect({ status, body }).toEqual({ status: 200, body: { key: changed } });
  expect((await account.call('GET', '/account/keys')).body.keys[1]).toEqual(changed);
});

it.each(reversible)('returns 409 for a revoked key that would become %s', async (state) => {
  const { account, kid, key } = await keyIn('revoked');
  expectProblem(await setState(account, kid, state, dateOf(state)), 'key-state-final');
  expect((await account.call('GET', '/account/keys')).body.keys[1]).toEqual(key);
});

it('accepts the revocation of a revoked key', async () => {
  const { account, kid, key } = await keyIn('revoked');
  const again = await setState(account, kid, 'revoked');
  expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: { key } });
});

it('keeps a revocation that races with a reactivation', async () => {
  const { account, kid } = await keyIn('standby');
  await Promise.all(['active', 'revoked', 'active'].map((state) => setState(account, kid, state)));
  expect((await account.call('GET', '/account/keys')).body.keys[1].state).toBe('revoked');
});

describe('retiresAt', () => {
  it('may be null in every other state', async () => {
    const { account, kid } = await keyIn('retiring');
    const { body } = await account.call('PUT', keyPath(kid), { body: { state: 'active', retiresAt: null } });
    expect(body.key).toMatchObject({ state: 'active', retiresAt: null });
  });

  it('ends the key to the millisecond, and can be postponed after it has passed', async () => {
    const { account, kid } = await keyIn('retiring');
    const user = await account.newUser();
    const token = await tokenOf(second, user);
    const refused = ['401 key-retired', '401 key-retired'];
    expect(await readAndWrite(user, token, LATER - 1)).toEqual(['200', '201']);
    expect(await readAndWrite(user, token, LATER)).toEqual(refused);
    await setState(account, kid, 'retiring', LATER + 5);
    expect(await readAndWrite(user, token, LATER + 4)).toEqual(['200', '201']);
    expect(await readAndWrite(user, token, LATER + 5)).toEqual(refused);
    await setState(account, kid, 'active');
    expect(await readAndWrite(user, token, LATER + 5)).toEqual(['200', '201']);
  });

  it('in the past retires the key immediately', async () => {
    const { account, kid } = await keyIn('active');
    const user = await account.newUser();
    const token = await tokenOf(second, user);
    await readAndWrite(user, token);
    await setState(account, kid, 'retiring', 0);
    expect(await readAndWrite(user, token)).toEqual(['401 key-retired', '401 key-retired']);
  });
});

it('returns 404 for an unknown kid, in every state', async () => {
  const { account } = await keyIn('active');
  for (const state of states) {
    expect(outcome(await setState(account, 'unknown', state, dateOf(state)))).toBe('404 not-found');
  }
});
