/** The limit on an account's signing keys, which bounds the keys that a token is verified with. */
import { expect, it } from 'vitest';
import { type Account, newAccount } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { addKey, keyPath, kidsOf, outcome, second, setState } from '../../support/signing.ts';

const add = (account: Account, kid: string, state = 'active', now?: number) =>
  account.call('POST', '/account/keys', {
    body: { publicJwtKey: second.pem, kid, state },
    ...(now !== undefined && { now }),
  });

/** An account with the keys k1, k2 … in these states. */
async function accountWith(...states: string[]): Promise<Account> {
  const account = await newAccount(null);
  for (const [i, state] of states.entries()) {
    const kid = `k${i + 1}`;
    await addKey(account, second, { kid, state: state === 'standby' ? state : 'active' });
    if (state === 'retired') await setState(account, kid, 'retiring', Date.now() - 1);
    if (state === 'retiring') await setState(account, kid, state, Date.now() + 60_000);
    if (state === 'revoked') await setState(account, kid, state);
  }
  return account;
}

it.each([
  [['active', 'active', 'active', 'active', 'active']],
  [['active', 'standby', 'standby', 'standby', 'standby']],
  [['active', 'retiring', 'retiring', 'standby', 'active']],
])('allows five live keys in any states: %j', async (states) => {
  const account = await accountWith(...states);
  expectProblem(await add(account, 'k6'), 'key-limit');
  expectProblem(await add(account, 'k6', 'standby'), 'key-limit');
  expect(await kidsOf(account)).toEqual(['k1', 'k2', 'k3', 'k4', 'k5']);
});

it('does not count revoked and retired keys', async () => {
  const account = await accountWith('revoked', 'retired', 'revoked', 'active', 'active', 'active', 'active');
  expect((await add(account, 'fifth')).status).toBe(201);
  expectProblem(await add(account, 'sixth'), 'key-limit');
});

it('counts a retiring key until its retiresAt', async () => {
  const account = await accountWith('active', 'active', 'active', 'active', 'active');
  const retiresAt = Date.now() + 60_000;
  await setState(account, 'k1', 'retiring', retiresAt);
  expectProblem(await add(account, 'k6', 'active', retiresAt - 1), 'key-limit');
  expect((await add(account, 'k6', 'active', retiresAt)).status).toBe(201);
});

it('allows a new key after a deletion or a revocation', async () => {
  const account = await accountWith('active', 'active', 'active', 'active', 'active');
  await account.call('DELETE', keyPath('k1'));
  expect((await add(account, 'k6')).status).toBe(201);
  await setState(account, 'k2', 'revoked');
  expect((await add(account, 'k7')).status).toBe(201);
  expectProblem(await add(account, 'k8'), 'key-limit');
});

it('rejects the reactivation of a retired key as the sixth, and leaves it unchanged', async () => {
  const account = await accountWith('retired', 'active', 'active', 'active', 'active', 'active');
  const before = (await account.call('GET', '/account/keys')).body;
  for (const state of ['active', 'standby']) expectProblem(await setState(account, 'k1', state), 'key-limit');
  expectProblem(await setState(account, 'k1', 'retiring', Date.now() + 60_000), 'key-limit');
  expect((await account.call('GET', '/account/keys')).body).toEqual(before);
});

it('allows state changes of live keys and the revocation of a retired one at the limit', async () => {
  const account = await accountWith('retired', 'active', 'active', 'active', 'active', 'active');
  expect(outcome(await setState(account, 'k2', 'standby'))).toBe('200');
  expect(outcome(await setState(account, 'k2', 'active'))).toBe('200');
  expect(outcome(await setState(account, 'k1', 'revoked'))).toBe('200');
});

it('allows 20 keys in total, revoked ones included', async () => {
  const account = await accountWith(...Array(20).fill('revoked'));
  expectProblem(await add(account, 'k21'), 'key-limit');
  await account.call('DELETE', keyPath('k7'));
  expect((await add(account, 'k21')).status).toBe(201);
});

it('accepts five of twelve concurrent uploads, and returns 409 for the others', async () => {
  const account = await newAccount(null);
  const replies = await Promise.all(Array.from({ length: 12 }, (_, i) => add(account, `k${i}`)));
  const outcomes = replies.map(outcome);
  expect(outcomes.filter((one) => one === '200' || one === '201')).toHaveLength(5);
  expect(outcomes.filter((one) => one === '409 key-limit')).toHaveLength(7);
  expect(await kidsOf(account)).toHaveLength(5);
});

it('reactivates one of four retired keys in concurrent requests beside four live ones', async () => {
  const account = await accountWith(...Array(4).fill('retired'), ...Array(4).fill('active'));
  const replies = await Promise.all(['k1', 'k2', 'k3', 'k4'].map((kid) => setState(account, kid, 'active')));
  expect(replies.map(outcome).sort()).toEqual(['200', '409 key-limit', '409 key-limit', '409 key-limit']);
});
