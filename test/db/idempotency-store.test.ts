/** What is remembered does not help who has the database: neither to guess the code, nor to unseal an answer. */
import { expect, it } from 'vitest';
import { hashOf } from '../../src/crypto/hash.ts';
import { CODE, call } from '../support/client.ts';
import { snapshot } from '../support/database.ts';

it('holds no Idempotency-Key, and no hash that is made of the code alone', async () => {
  const key = crypto.randomUUID();
  const headers = { 'idempotency-key': key };
  expect((await call('POST', '/account', { body: { code: CODE }, headers })).status).toBe(201);
  const text = JSON.stringify((await snapshot()).remembered);
  expect(text).toContain(await hashOf(key));
  expect(text).not.toContain(key);
  expect(text).not.toContain(await hashOf(JSON.stringify(['POST', '/api/v1/account', { code: CODE }])));
});
