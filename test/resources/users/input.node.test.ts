/** Validation of `notBefore`, which revokes a user's tokens. `validation/metadata.test.ts` covers the metadata of users. */
import { it } from 'vitest';
import { expectInvalidBody } from '../../support/parse.ts';

it.each([undefined, '2026-01-01', 1.5, -1, 8.64e15 + 1, true, {}])(
  'rejects the notBefore %j',
  async (notBefore) => {
    await expectInvalidBody('revokeTokens', { notBefore }, 'notBefore');
  },
);
