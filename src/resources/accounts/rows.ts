/** The account in SQL. */
import type { Scope } from '../../db/scope.ts';
import { assign, type Query, query, type Sql, sql } from '../../db/sql.ts';
import { firstVersion, type Versioned } from '../../operation.ts';
import type { Account, AccountSettingsUpdate } from '../../sdk/types.ts';

export interface AccountRow extends Versioned {
  id: string;
  webhook_url: string | null;
  webhook_key: string | null;
  public_freebusy: number;
  public_booking: number;
  public_key: string | null;
}

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  publicJwtKey: row.public_key,
  settings: {
    webhook: row.webhook_url && row.webhook_key ? { url: row.webhook_url, key: row.webhook_key } : null,
    publicFreebusy: row.public_freebusy === 1,
    publicBooking: row.public_booking === 1,
  },
});

export const newAccountRow = (): AccountRow => ({
  id: crypto.randomUUID(),
  webhook_url: null,
  webhook_key: null,
  public_freebusy: 1,
  public_booking: 1,
  public_key: null,
  version: firstVersion(),
});

/** @param scope nobody's: the account is made while that has an account at all. */
export const insertAccount = ({ account }: Scope, { id, version }: AccountRow, now: number): Sql => sql`
  INSERT INTO accounts (id, version, created) SELECT ${id}, ${version}, ${now} WHERE ${account} IS NOT NULL RETURNING 1`;

export const accountIsThere = ({ id }: AccountRow): Sql =>
  sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${id})`;

/** The account, with the PEM of its newest active key. */
export const selectAccount = ({ account }: Scope): Query<AccountRow> => query<AccountRow>`
  SELECT id, webhook_url, webhook_key, public_freebusy, public_booking, version,
    (SELECT pem FROM signing_keys WHERE account_id = accounts.id AND state = 'active' ORDER BY seq DESC LIMIT 1) AS public_key
  FROM accounts WHERE id = ${account}`;

/** What is absent is kept. */
export const updateSettings = (
  { account }: Scope,
  { publicFreebusy, publicBooking }: AccountSettingsUpdate,
): Sql => sql`
  UPDATE accounts SET ${assign({
    public_freebusy: publicFreebusy === undefined ? undefined : Number(publicFreebusy),
    public_booking: publicBooking === undefined ? undefined : Number(publicBooking),
    version: sql`version + 1`,
  })} WHERE id = ${account}`;

/** @param key becomes the webhook's key if it has none yet. */
export const updateWebhook = ({ account }: Scope, url: string, key: string): Sql => sql`
  UPDATE accounts SET webhook_url = ${url}, webhook_key = coalesce(webhook_key, ${key}), version = version + 1 WHERE id = ${account}`;

export const removeWebhook = ({ account }: Scope): Sql =>
  sql`UPDATE accounts SET webhook_url = NULL, webhook_key = NULL, version = version + 1 WHERE id = ${account}`;
