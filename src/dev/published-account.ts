/** Reads an account of the published service, so that an operator who moves keeps its id, its API key and its public key. */
import { readFileSync } from 'node:fs';
import { shardOfKey } from '../auth/api-key.ts';
import { UnfitKey } from '../auth/pem.ts';
import { readPublicKey } from '../auth/public-key.ts';
import { hashOf } from '../crypto/hash.ts';
import { shardOfAccount } from '../db/shard-ids.ts';
import type { Copy, Line } from '../export/import.ts';
import { lineOf } from '../export/tables.ts';
import { newAccountRow } from '../resources/accounts/sql.ts';
import { accounts } from '../resources/accounts/table.ts';
import { newApiKeyRow, toApiKey } from '../resources/api-keys/sql.ts';
import { newKeyRow } from '../resources/signing-keys/sql.ts';
import { signingKeys } from '../resources/signing-keys/table.ts';
import { isUuid } from '../validation/schemas.ts';

/**
 * Reads a file with the answer of the published service's `POST /account`, and the public key that the account has since:
 * `{ "account": { "id", "publicJwtKey" }, "secretApiKey" }`.
 *
 * @param now the time of creation here, in milliseconds since the epoch.
 * @returns a copy with these three, and the settings of a new account.
 * @throws Error that names the member and the rule, and repeats no key.
 */
export async function readPublishedAccount(file: string, now: number): Promise<Copy> {
  const { account = {}, secretApiKey } = membersOf(file);
  const { id: givenId, publicJwtKey } = Object(account) as Record<string, unknown>;
  const id = String(givenId).toLowerCase();
  if (!isUuid(id)) throw new Error('account.id must be a UUID');
  if (shardOfAccount(id) !== 0)
    throw new Error('account.id must not name a shard: it is a UUID of version 8');
  if (typeof secretApiKey !== 'string' || shardOfKey(secretApiKey) !== 0)
    throw new Error('secretApiKey must be sk_ and 30 to 128 letters, digits, _ or -');

  const row = { ...newAccountRow(0), id, created: now };
  const keyRow = newApiKeyRow(secretApiKey, { name: 'published', expiresAt: null }, now);
  const lines: Line[] = [
    JSON.parse(lineOf(accounts, row)),
    { type: 'apiKey', ...toApiKey(keyRow), hash: await hashOf(secretApiKey) },
  ];
  if (publicJwtKey !== undefined && publicJwtKey !== null) {
    const key = {
      pem: String(publicJwtKey),
      kid: await kidOf(String(publicJwtKey)),
      state: 'active',
    } as const;
    lines.push(JSON.parse(lineOf(signingKeys, { ...newKeyRow(key, now) })));
  }
  return {
    account: id,
    counts: Object.fromEntries(lines.map(({ type }) => [type, 1])),
    async *linesOf(type) {
      yield* lines.filter((line) => line.type === type);
    },
  };
}

function membersOf(file: string): Record<string, unknown> {
  const text = readFileSync(file, 'utf8');
  try {
    return Object(JSON.parse(text));
  } catch {
    // Without the cause, whose message may repeat the key.
    throw new Error(`${file} must be JSON: { "account": { "id", "publicJwtKey" }, "secretApiKey" }`);
  }
}

async function kidOf(pem: string): Promise<string> {
  try {
    return (await readPublicKey(pem)).thumbprint;
  } catch (error) {
    if (error instanceof UnfitKey) throw new Error(`account.publicJwtKey ${error.message}`);
    throw error;
  }
}
