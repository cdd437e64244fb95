/** A kid is untrusted input, in a body, a path and a token's header: hostile ones do no harm. */
import { describe, expect, it } from 'vitest';
import { keys, newAccount } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import {
  addKey,
  keyPath,
  kidsOf,
  outcome,
  readAndWrite,
  second,
  setState,
  tokenOf,
} from '../support/signing.ts';

const SQL = "x');DROP/**/TABLE/**/signing_keys;--";
const usable = [
  SQL,
  "'OR'1'='1",
  '../..',
  '../../account',
  '.hidden',
  'a/b',
  'a%2Fb',
  '%',
  '%zz',
  '?key=1',
  '#top',
  'a+b&c=d',
  '"quoted\\"',
  '<script>',
  '__proto__',
  'constructor',
  'inspect',
  'null',
  '1',
  '~'.repeat(128),
];
describe.each(usable)('the kid %s', (kid) => {
  it('is stored exactly, is found by its path, and selects its key', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const added = await account.call('POST', '/account/keys', { body: { publicJwtKey: second.pem, kid } });
    expect(added.body.key?.kid).toBe(kid);
    expect((await kidsOf(account))[1]).toBe(kid);
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid }))).toEqual(['200', '201']);
    expect(outcome(await user.call('GET', '/me', { token: await tokenOf(keys, user, {}, { kid }) }))).toBe(
      '401 token-signature',
    );
    expect((await setState(account, kid, 'revoked')).body.key).toMatchObject({ kid, state: 'revoked' });

    const refused = await user.call('GET', '/me', { token: await tokenOf(second, user, {}, { kid }) });
    expectProblem(refused, 'key-revoked');
    expect(refused.headers.get('www-authenticate')).toMatch(/^[^"\\]*("[^"\\]*"[^"\\]*)*$/);

    expect((await account.call('DELETE', keyPath(kid))).body.key).toMatchObject({ kid });
    expect(await kidsOf(account)).toHaveLength(1);
  });
});

it.each([
  ['SQL', encodeURIComponent(SQL)],
  ['SQL with spaces', encodeURIComponent("' OR 1=1 --")],
  ['half a character', '%E0%A4%A'],
  ['NUL', '%00'],
  ['invalid UTF-8', '%ff'],
  ['10 kB', 'a'.repeat(10_000)],
  ['unicode', encodeURIComponent('schlüssel\u{1F511}')],
])('returns 404 for a path with %s as the kid, and changes nothing', async (_, kid) => {
  const account = await newAccount();
  await addKey(account, second, { kid: 'other' });
  const before = await snapshot();
  const change = { body: { state: 'revoked' } };
  expectProblem(await account.call('PUT', `/account/keys/${kid}`, change), 'not-found');
  expectProblem(await account.call('DELETE', `/account/keys/${kid}`), 'not-found');
  expect(await snapshot()).toEqual(before);
});

describe('a kid in the header of a token', () => {
  it.each([
    ['SQL', SQL],
    ['SQL with spaces', "' OR 1=1 --"],
    ['a path', '../../etc/passwd'],
    ['a dot', '.'],
    ['empty', ''],
    ['a space', 'a b'],
    ['NUL', '\0'],
    ['a lone surrogate', '\uD800'],
    ['unicode', 'schlüssel\u{1F511}'],
    ['a prototype', '__proto__'],
    ['5 kB', 'a'.repeat(5000)],
  ])('is ignored when it names no key: any accepted key may verify the token (%s)', async (_, kid) => {
    const account = await newAccount();
    const user = await account.newUser();
    expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(['200', '201']);
    expect(await readAndWrite(user, await tokenOf(second, user, {}, { kid }))).toEqual([
      '401 token-signature',
      '401 token-signature',
    ]);
    expect(await kidsOf(account)).toHaveLength(1);
  });

  it.each([[7], [0], [true], [['a']], [{ toString: 'a' }]])(
    'makes the token malformed when it is %j',
    async (kid) => {
      const user = await (await newAccount()).newUser();
      const refused = ['401 token-malformed', '401 token-malformed'];
      expect(await readAndWrite(user, await tokenOf(keys, user, {}, { kid }))).toEqual(refused);
    },
  );

  it('makes the token too long when it has 10 kB', async () => {
    const user = await (await newAccount()).newUser();
    const token = await tokenOf(keys, user, {}, { kid: 'a'.repeat(10_000) });
    expect(await readAndWrite(user, token)).toEqual(['401 token-malformed', '401 token-malformed']);
  });
});
