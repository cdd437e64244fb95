import type { Scope } from '../scope.ts';
import type { SigningKeyState } from '../sdk/types.ts';
import { type Sql, sql } from '../sql.ts';

interface NewKey {
  kid: string;
  pem: string;
  state: SigningKeyState;
  now: number;
}

export const insertKey = ({ account }: Scope, { kid, pem, state, now }: NewKey): Sql => sql`
  INSERT INTO signing_keys (account_id, kid, pem, state, created)
  SELECT id, ${kid}, ${pem}, ${state}, ${now} FROM accounts WHERE id = ${account}`;

export const deleteKeys = ({ account }: Scope): Sql =>
  sql`DELETE FROM signing_keys WHERE account_id = ${account}`;
