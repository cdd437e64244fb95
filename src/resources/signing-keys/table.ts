/** Signing keys in SQL: the columns. */
import { integer, nullableInteger, oneOf, type RowOf, table, text } from '../../db/table.ts';
import type { SigningKeyState } from '../../sdk/types.ts';

export const signingKeys = table({
  type: 'signingKey',
  name: 'signing_keys',
  columns: {
    kid: text,
    pem: text,
    state: oneOf<SigningKeyState>(),
    retires_at: nullableInteger,
    created: integer,
    version: integer,
  },
  computed: { reads_replica: '(SELECT reads_replica FROM accounts WHERE id = ?2)' },
});

export type KeyRow = RowOf<typeof signingKeys>;
