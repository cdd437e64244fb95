/** Validation of an account's fields: each error names its path. */
import { it } from 'vitest';
import { expectInvalidBody, MARK } from '../../support/parse.ts';

it.each([{}, { code: 5 }, { code: null }, { code: ['let me in'] }])(
  'rejects %j, which has no code',
  async (body) => {
    await expectInvalidBody('createAccount', body, 'code');
  },
);

it('rejects a region that is not a string', async () => {
  await expectInvalidBody('createAccount', { code: 'x', region: 7 }, 'region');
});

it.each([7, true, ['PEM'], { pem: 'PEM' }])('rejects the public key %j', async (publicJwtKey) => {
  await expectInvalidBody('setPublicKey', { publicJwtKey }, 'publicJwtKey');
});

it.each(['publicFreebusy', 'publicBooking', 'reads'])(
  'rejects %s with a value of the wrong type',
  async (name) => {
    for (const value of [0, 1, 'true', MARK, [], {}]) {
      await expectInvalidBody('changeSettings', { [name]: value }, name);
    }
  },
);

it('rejects an update without any setting', async () => {
  for (const body of [{}, { other: true }]) await expectInvalidBody('changeSettings', body, 'publicFreebusy');
});
