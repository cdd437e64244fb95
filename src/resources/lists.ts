/** What the lists of all resources share: how a page is asked for, and the cursor that leads to the next. */
import * as v from 'valibot';
import { seal, sealingKey, unseal } from '../crypto/seal.ts';
import { type Listed, type PageRow, pageOf, selectPage } from '../db/pages.ts';
import type { Scope } from '../db/scope.ts';
import { selectSecret } from '../db/secrets.ts';
import type { Query } from '../db/sql.ts';
import { PAGE_DEFAULT, PAGE_MAX } from '../limits.ts';
import type { Input } from '../operation.ts';
import { found, Plan, plan } from '../plan.ts';
import { invalid, metadata, wholeNumber } from '../validation/schemas.ts';

export const pageQuery = v.object({
  limit: v.optional(wholeNumber(1, PAGE_MAX), String(PAGE_DEFAULT)),
  cursor: v.optional(v.string('must be a nextCursor')),
  order: v.optional(v.picklist(['asc', 'desc'], 'must be asc or desc'), 'asc'),
  metadata: v.optional(metadata, {}),
});

/** What an isolate seals its cursors with, once it has read that from the database; it never changes there. */
const keys = new WeakMap<D1Database, CryptoKey>();

interface List<Row, A> {
  /** Its name on the wire: a cursor of one list is none of another. */
  name: string;
  listed: Listed;
  /** The lookup of whom it belongs to, where it is not the account's: `not-found` without a row. */
  owner?: Query;
  toAnswer(rows: Row[], nextCursor: string | null): A;
}

/**
 * The plan of a page. A cursor tells its place, list, owner, order and metadata to nobody but us, and holds for its
 * account alone; which that is comes to light with the rows.
 */
export async function page<Row extends object, A>(
  scope: Scope,
  { query, shard: { db } }: Pick<Input<never, v.InferOutput<typeof pageQuery>>, 'query' | 'shard'>,
  { name, listed, owner, toAnswer }: List<Row, A>,
): Promise<Plan<A, Query>> {
  const { cursor, ...asked } = query;
  const context = JSON.stringify([
    name,
    scope.user,
    asked.order,
    Object.entries(asked.metadata).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);

  const from = async (key: CryptoKey | undefined): Promise<Plan<A, Query>> => {
    const start = key && cursor !== undefined ? await open(key, context, cursor) : null;
    const statements = [
      selectPage<Row>(scope, listed, { ...asked, after: start?.after ?? null }),
      ...(owner ? [owner] : []),
      ...(key ? [] : [selectSecret('cursors')]),
    ];
    return new Plan<A, Query>(statements, async ([rows, ...others], { account }) => {
      if (owner) found(others[0] as unknown[]);
      if (start && start.account !== account) throw forged();
      const { items, after } = pageOf(rows as (Row & PageRow)[], asked);
      const sealing = key ?? (await learn(db, others.at(-1) as { value: string }[]));
      const next = after === null ? null : await seal(sealing, context, `${after} ${account}`);
      return toAnswer(items, next);
    });
  };

  const key = keys.get(db);
  if (key || cursor === undefined) return from(key);
  return plan([selectSecret('cursors')], async (secrets) => from(await learn(db, secrets)));
}

export async function learn(db: D1Database, secrets: readonly { value: string }[]): Promise<CryptoKey> {
  const key = await sealingKey(found(secrets).value, 'cursors');
  keys.set(db, key);
  return key;
}

async function open(key: CryptoKey, context: string, cursor: string) {
  const text = await unseal(key, context, cursor);
  if (text === null) throw forged();
  const [after, account] = text.split(' ');
  return { after: Number(after), account };
}

const forged = () =>
  invalid([
    {
      path: 'cursor',
      reason: 'must be the nextCursor of a page of this very list, with the same order and metadata',
    },
  ]);
