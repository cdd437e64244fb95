/** The fields of an account: all that is wrong, refused by its path. */
import { it } from 'vitest';
import { expectInvalidBody, MARK } from '../../support/parse.ts';

it.each([{}, { code: 5 }, { code: null }, { code: ['let me in'] }])('%j has no code', async (body) => {
  await expectInvalidBody('createAccount', body, 'code');
});

it('a region that is no name is refused', async () => {
  await expectInvalidBody('createAccount', { code: 'x', region: 7 }, 'region');
});

it.each([7, true, ['PEM'], { pem: 'PEM' }])('the public key %j is refused', async (publicJwtKey) => {
  await expectInvalidBody('setPublicKey', { publicJwtKey }, 'publicJwtKey');
});

it.each(['publicFreebusy', 'publicBooking', 'reads'])(
  '%s is refused where it is no such setting',
  async (name) => {
    for (const value of [null, 0, 1, 'true', MARK, [], {}]) {
      await expectInvalidBody('changeSettings', { [name]: value }, name);
    }
  },
);

it('a change of no setting is refused', async () => {
  for (const body of [{}, { other: true }]) await expectInvalidBody('changeSettings', body, 'publicFreebusy');
});
