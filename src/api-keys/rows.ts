import { hashOf } from '../auth/api-key.ts';
import type { Scope } from '../scope.ts';
import { type Sql, sql } from '../sql.ts';

interface NewApiKey {
  secret: string;
  now: number;
}

export async function insertApiKey(
  { account }: Pick<Scope, 'account'>,
  { secret, now }: NewApiKey,
): Promise<Sql> {
  const [id, hash, hint] = [crypto.randomUUID(), await hashOf(secret), secret.slice(-4)];
  return sql`
    INSERT INTO api_keys (account_id, id, hash, hint, created)
    SELECT id, ${id}, ${hash}, ${hint}, ${now} FROM accounts WHERE id = ${account}`;
}
