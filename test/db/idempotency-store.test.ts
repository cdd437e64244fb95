/** The idempotency records do not help a reader of the database to guess the code or to unseal an answer. */
import { expect, it } from 'vitest';
import { hashOf } from '../../src/crypto/hash.ts';
import { CODE, call } from '../support/client.ts';
import { snapshot } from '../support/database.ts';

it('stores no Idempotency-Key in plain text, and no hash of the code alone', async () => {
  const key = crypto.randomUUID();
  const headers = { 'idempotency-key': key };
  expect((await call('POST', '/account', { body: { code: CODE }, headers })).status).toBe(201);
  const text = JSON.stringify((await snapshot()).remembered); // words: allow
  expect(text).toContain(await hashOf(key));
  expect(text).not.toContain(key);
  expect(text).not.toContain(await hashOf(JSON.stringify(['POST', '/api/v1/account', { code: CODE }])));
});
