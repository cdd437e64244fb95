/** Validation of an API key's fields: each error names its path. */
import { it } from 'vitest';
import { expectInvalidBody } from '../../support/parse.ts';

it.each([
  ['an empty name', { name: '' }, 'name'],
  ['a name of 129 characters', { name: 'a'.repeat(129) }, 'name'],
  ['a name that is a number', { name: 7 }, 'name'],
  ['a name with NUL', { name: 'a\0b' }, 'name'],
  ['a name with a lone surrogate', { name: 'a\uD800' }, 'name'],
  ['a negative expiresAt', { expiresAt: -1 }, 'expiresAt'],
  ['a fractional expiresAt', { expiresAt: Date.now() + 1000.5 }, 'expiresAt'],
  ['an expiresAt that is a string', { expiresAt: '2099-01-01' }, 'expiresAt'],
  ['an expiresAt beyond the last date', { expiresAt: 8.64e15 + 1 }, 'expiresAt'],
])('rejects %s', async (_, body, path) => {
  await expectInvalidBody('addApiKey', body, path);
});
