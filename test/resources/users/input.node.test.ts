/** The time before which tokens of a user do not count. `validation/metadata.test.ts` has the metadata of users. */
import { it } from 'vitest';
import { expectInvalidBody } from '../../support/parse.ts';

it.each([undefined, '2026-01-01', 1.5, -1, 8.64e15 + 1, true, {}])(
  'the notBefore %j is refused',
  async (notBefore) => {
    await expectInvalidBody('revokeTokens', { notBefore }, 'notBefore');
  },
);
