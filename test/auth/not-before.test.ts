/** `PUT /user/:userId/tokens` revokes the tokens of one user, and of nobody else. */
import { describe, expect, it } from 'vitest';
import { keys, NOBODY, newUser, type Reply, type User } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { outcome, readAndWrite, second, tokenOf } from '../support/signing.ts';

const ACCEPTED = ['200', '201'];
const REFUSED = ['401 token-revoked', '401 token-revoked'];
const SECOND = 1_800_000_000;

const setNotBefore = ({ account, id }: User, notBefore: unknown): Promise<Reply> =>
  account.call('PUT', `/user/${id}/tokens`, { body: { notBefore } });
const issued = (user: User, iat: number | undefined) => tokenOf(keys, user, { iat, exp: 5609418990073 });

it('returns the user', async () => {
  const user = await newUser({ plan: 'free' });
  const { status, body } = await setNotBefore(user, SECOND * 1000);
  expect({ status, body }).toEqual({
    status: 200,
    body: { user: { id: user.id, metadata: { plan: 'free' } } },
  });
});

describe('a token', () => {
  it.each([
    ['issued a second before it', SECOND - 1, REFUSED],
    ['issued just before it', SECOND - 0.001, REFUSED],
    ['issued at it', SECOND, ACCEPTED],
    ['issued after it', SECOND + 1, ACCEPTED],
    ['issued in 1970', 19, REFUSED],
    ['issued before 1970', -1, REFUSED],
    ['issued later than any valid date', 1e300, ACCEPTED],
    ['with an iat that overflows in milliseconds', 1e308, ACCEPTED],
    ['with a negative iat that overflows in milliseconds', -1e308, REFUSED],
    ['without iat', undefined, REFUSED],
  ])('%s', async (_, iat, outcomes) => {
    const user = await newUser({ plan: 'free' });
    const token = await issued(user, iat);
    expect(await readAndWrite(user, token)).toEqual(ACCEPTED);
    await setNotBefore(user, SECOND * 1000);
    expect(await readAndWrite(user, token)).toEqual(outcomes);
    await setNotBefore(user, null);
    expect(await readAndWrite(user, token)).toEqual(ACCEPTED);
  });

  it('with an iat in the same second as a fractional notBefore is revoked', async () => {
    const user = await newUser({ plan: 'free' });
    await setNotBefore(user, SECOND * 1000 + 1);
    expect(await readAndWrite(user, await issued(user, SECOND))).toEqual(REFUSED);
    expect(await readAndWrite(user, await issued(user, SECOND + 1))).toEqual(ACCEPTED);
  });

  it.each([0, 1])('without iat is revoked by any notBefore, such as %i', async (notBefore) => {
    const user = await newUser({ plan: 'free' });
    await setNotBefore(user, notBefore);
    expect(await readAndWrite(user, await issued(user, undefined))).toEqual(REFUSED);
  });
});

it('a new notBefore replaces the old one, whether it is later or earlier', async () => {
  const user = await newUser({ plan: 'free' });
  const token = await issued(user, SECOND);
  await setNotBefore(user, (SECOND + 1) * 1000);
  expect(await readAndWrite(user, token)).toEqual(REFUSED);
  await setNotBefore(user, (SECOND - 1) * 1000);
  expect(await readAndWrite(user, token)).toEqual(ACCEPTED);
});

it('signs out only that user', async () => {
  const user = await newUser({ plan: 'free' });
  const colleague = await user.account.newUser();
  await setNotBefore(user, Date.now() + 60_000);
  expect(await readAndWrite(colleague, await tokenOf(keys, colleague))).toEqual(ACCEPTED);
  expect(await readAndWrite(user, await tokenOf(keys, user))).toEqual(REFUSED);
});

it('the account can still act for the user', async () => {
  const user = await newUser({ plan: 'free' });
  await setNotBefore(user, Date.now() + 60_000);
  const { status } = await user.account.call('POST', `/user/${user.id}/calendar`, {
    body: { timezone: 'UTC' },
  });
  expect(status).toBe(201);
});

it('an update of the metadata keeps the revocation', async () => {
  const user = await newUser({ plan: 'free' });
  const token = await tokenOf(keys, user);
  await setNotBefore(user, Date.now() + 60_000);
  await user.account.call('PUT', `/user/${user.id}`, { body: { metadata: { plan: 'paid' } } });
  expect(await readAndWrite(user, token)).toEqual(REFUSED);
});

it('returns token-signature, not token-revoked, for a forged token', async () => {
  const user = await newUser({ plan: 'free' });
  await setNotBefore(user, Date.now() + 60_000);
  const forged = await tokenOf(second, user);
  expect(await readAndWrite(user, forged)).toEqual(['401 token-signature', '401 token-signature']);
});

it("returns 404 for an unknown user and for another account's user, and revokes nothing", async () => {
  const [user, stranger] = [await newUser({ plan: 'free' }), await newUser({ plan: 'free' })];
  const before = await snapshot();
  const body = { notBefore: Date.now() + 60_000 };
  const unknown = await user.account.call('PUT', `/user/${NOBODY}/tokens`, { body });
  const theirs = await user.account.call('PUT', `/user/${stranger.id}/tokens`, { body });
  expectProblem(unknown, 'not-found');
  expect([theirs.status, theirs.body]).toEqual([unknown.status, unknown.body]);
  expect(await snapshot()).toEqual(before);
  expect(outcome(await user.account.call('PUT', '/user/not-a-uuid/tokens', { body }))).toBe('404 not-found');
});

it('does not accept tokens, so users cannot undo their own revocation', async () => {
  const user = await newUser({ plan: 'free' });
  await setNotBefore(user, Date.now() + 60_000);
  const attempt = await user.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: null } });
  expect(outcome(attempt)).toBe('401 credentials-missing');
  expect((await readAndWrite(user, await tokenOf(keys, user)))[0]).toBe('401 token-revoked');
});
