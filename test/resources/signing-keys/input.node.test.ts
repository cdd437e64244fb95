/** Validation of a signing key's fields: each error names its path. */
import { expect, it } from 'vitest';
import { bodyOf, expectInvalidBody } from '../../support/parse.ts';

const LATER = Date.UTC(2040, 0);
const publicJwtKey = 'a PEM, which a later step reads';

const unusable: [string, unknown][] = [
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['only dots', '....'],
  ['SQL with spaces', "'; DROP TABLE signing_keys; --"],
  ['a space', 'a b'],
  ['a space at the end', 'a '],
  ['a line feed', 'a\nb'],
  ['a CRLF and a header', 'a\r\nset-cookie:x'],
  ['NUL', 'a\0b'],
  ['unicode', 'schlüssel'],
  ['a right-to-left override', 'a\u202Eb'],
  ['a lone surrogate', '\uD800'],
  ['129 characters', 'a'.repeat(129)],
  ['10 kB', 'a'.repeat(10_000)],
  ['a number', 7],
  ['a list', ['a']],
  ['an object', { kid: 'a' }],
  ['true', true],
];

it.each(unusable)('rejects a kid that is %s', async (_, kid) => {
  await expectInvalidBody('addKey', { publicJwtKey, kid }, 'kid');
});

it.each(['retiring', 'revoked', 'retired', 1])('rejects a new key in the state %j', async (state) => {
  await expectInvalidBody('addKey', { publicJwtKey, state }, 'state');
});

it.each([undefined, null, 7, {}])('rejects the public key %j', async (publicJwtKey) => {
  await expectInvalidBody('addKey', { publicJwtKey }, 'publicJwtKey');
});

it.each([
  ['missing', { state: 'retiring' }],
  ['null', { state: 'retiring', retiresAt: null }],
  ['text', { state: 'retiring', retiresAt: '2026-01-01' }],
  ['a fraction', { state: 'retiring', retiresAt: 1.5 }],
  ['negative', { state: 'retiring', retiresAt: -1 }],
  ['beyond the last date', { state: 'retiring', retiresAt: 8.64e15 + 1 }],
  ['with active', { state: 'active', retiresAt: LATER }],
  ['with standby', { state: 'standby', retiresAt: LATER }],
  ['with revoked', { state: 'revoked', retiresAt: LATER }],
])('rejects a retiresAt that is %s', async (_, body) => {
  await expectInvalidBody('setKeyState', body, 'retiresAt');
});

it('accepts a retiresAt of null in every other state', async () => {
  const body = { state: 'active', retiresAt: null };
  expect(await bodyOf('setKeyState', body)).toEqual(body);
});

it.each([[undefined], [null], ['Active'], ['retired'], [0], [['active']]])(
  'rejects the state %j',
  async (state) => {
    await expectInvalidBody('setKeyState', { state }, 'state');
  },
);

it.each([[undefined], [null], [7], [['a.b.c']], [{}]])(
  'rejects the token %j, which is not a string',
  async (token) => {
    await expectInvalidBody('inspectToken', { token }, 'token');
  },
);
