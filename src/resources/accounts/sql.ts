/** Statements on the account. */

import type { Scope } from '../../db/scope.ts';
import { newAccountId } from '../../db/shard-ids.ts';
import { assign, jsonOf, type Query, query, type Sql, sql } from '../../db/sql.ts';
import { KEEP_CANCELLED_DEFAULT_DAYS } from '../../limits.ts';
import { firstVersion, type Versioned } from '../../plan.ts';
import { unusedQuotas } from '../../quotas.ts';
import type { Account, AccountSettingsUpdate } from '../../sdk/types.ts';

export interface AccountRow extends Versioned {
  id: string;
  /** JSON, as clients see it; null where the account has none. */
  webhook: string | null;
  public_freebusy: number;
  public_booking: number;
  reads_replica: number;
  keep_cancelled_days: number;
  public_key: string | null;
  /** JSON, as clients see it. */
  quotas: string;
}

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  publicJwtKey: row.public_key,
  settings: {
    webhook: row.webhook === null ? null : JSON.parse(row.webhook),
    publicFreebusy: row.public_freebusy === 1,
    publicBooking: row.public_booking === 1,
    reads: row.reads_replica === 1 ? 'nearest' : 'primary',
    keepCancelledDays: row.keep_cancelled_days,
  },
  quotas: JSON.parse(row.quotas),
});

export const newAccountRow = (shard: number): AccountRow => ({
  id: newAccountId(shard),
  webhook: null,
  public_freebusy: 1,
  public_booking: 1,
  reads_replica: 0,
  keep_cancelled_days: KEEP_CANCELLED_DEFAULT_DAYS,
  public_key: null,
  quotas: JSON.stringify(unusedQuotas),
  version: firstVersion(),
});

/** @param scope nobody's, guarded: the account is created while the guard yields an account. */
export const insertAccount = ({ account }: Scope, { id, version }: AccountRow, now: number): Sql => sql`
  INSERT INTO accounts (id, version, created) SELECT ${id}, ${version}, ${now} WHERE ${account} IS NOT NULL RETURNING 1`;

export const accountIsThere = ({ id }: AccountRow): Sql =>
  sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${id})`;

/** The account, with the PEM of its newest active key. */
export const selectAccount = ({ account }: Pick<Scope, 'account'>): Query<AccountRow> => query<AccountRow>`
  SELECT id, public_freebusy, public_booking, reads_replica, keep_cancelled_days, version,
    (SELECT json_object('url', url, 'key', key, 'secret', secret, 'events', json(coalesce(own_events, events))) FROM webhooks
      WHERE account_id = accounts.id AND url <> '') AS webhook,
    (SELECT pem FROM signing_keys WHERE account_id = accounts.id AND state = 'active' ORDER BY seq DESC LIMIT 1) AS public_key,
    (SELECT json FROM quotas_json WHERE account_id = accounts.id) AS quotas
  FROM accounts WHERE id = ${account}`;

/** The row of the account as an idempotency record stores it, as the JSON of `[row, version]`: without the webhook's secret. */
export const accountInSql = ({ named }: Scope): Sql => sql`(
  SELECT json_array(${jsonOf('id,version,public_freebusy,public_booking,reads_replica,keep_cancelled_days,public_key,quotas')}, version)
  FROM (${selectAccount({ account: named })}))`;

/** Such a stored answer with the webhook as it is now. */
export const withWebhook = ({ named }: Scope): Sql =>
  sql`json_set(answer, '$[0].webhook', (SELECT webhook FROM (${selectAccount({ account: named })})))`;

/** Updates the settings that have a value. */
export const updateSettings = (
  { account }: Scope,
  { publicFreebusy, publicBooking, reads, keepCancelledDays }: AccountSettingsUpdate,
): Sql => sql`
  UPDATE accounts SET ${assign({
    public_freebusy: publicFreebusy === undefined ? undefined : Number(publicFreebusy),
    public_booking: publicBooking === undefined ? undefined : Number(publicBooking),
    reads_replica: reads === undefined ? undefined : Number(reads === 'nearest'),
    keep_cancelled_days: keepCancelledDays,
    version: sql`version + 1`,
  })} WHERE id = ${account}`;
