/** Pages of lists: the query that they share, and the sealed cursor that leads to the next page. */
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
  cursor: v.optional(v.string('must be the nextCursor of a page')),
  order: v.optional(v.picklist(['asc', 'desc'], 'must be asc or desc'), 'asc'),
  metadata: v.optional(metadata, {}),
});

/** The key that seals the cursors of each database. It never changes, so an isolate reads it once. */
const cursorKeys = new WeakMap<D1Database, CryptoKey>();

interface List<Row, A> {
  /** The list's name on the wire: a cursor of one list does not fit another. */
  name: string;
  listed: Listed;
  /** Looks up the owner of a user's list: without a row, the list is `not-found`. */
  owner?: Query;
  toAnswer(rows: Row[], nextCursor: string | null): A;
}

/**
 * The plan of a page. A cursor holds its position and account, sealed for its list, owner, order and metadata, so that
 * it works for nothing else. Which account the caller has becomes known with the rows.
 *
 * @throws Problem `input-invalid` for a cursor of another list or account, `not-found` for an unknown owner.
 */
export async function page<Row extends object, A>(
  scope: Scope,
  { query, shard: { db } }: Pick<Input<never, v.InferOutput<typeof pageQuery>>, 'query' | 'shard'>,
  { name, listed, owner, toAnswer }: List<Row, A>,
): Promise<Plan<A, Query>> {
  const { cursor, ...wanted } = query;
  const context = JSON.stringify([
    name,
    scope.user,
    wanted.order,
    Object.entries(wanted.metadata).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);

  const from = async (key: CryptoKey | undefined): Promise<Plan<A, Query>> => {
    const start = key && cursor !== undefined ? await open(key, context, cursor) : null;
    const statements = [
      selectPage<Row>(scope, listed, { ...wanted, after: start?.after ?? null }),
      ...(owner ? [owner] : []),
      ...(key ? [] : [selectSecret('cursors')]),
    ];
    return new Plan<A, Query>(statements, async ([rows, ...others], { account }) => {
      if (owner) found(others[0] as unknown[]);
      if (start && start.account !== account) throw forgedCursor();
      const { items, after } = pageOf(rows as (Row & PageRow)[], wanted);
      const sealing = key ?? (await cursorKeyOf(db, others.at(-1) as { value: string }[]));
      const next = after === null ? null : await seal(sealing, context, `${after} ${account}`);
      return toAnswer(items, next);
    });
  };

  const key = cursorKeys.get(db);
  if (key || cursor === undefined) return from(key);
  return plan([selectSecret('cursors')], async (secrets) => from(await cursorKeyOf(db, secrets)));
}

/** Derives the key that seals cursors from the database's secret, and caches it. */
export async function cursorKeyOf(db: D1Database, secrets: readonly { value: string }[]): Promise<CryptoKey> {
  const key = await sealingKey(found(secrets).value, 'cursors');
  cursorKeys.set(db, key);
  return key;
}

async function open(key: CryptoKey, context: string, cursor: string) {
  const text = await unseal(key, context, cursor);
  if (text === null) throw forgedCursor();
  const [after, account] = text.split(' ');
  return { after: Number(after), account };
}

const forgedCursor = () =>
  invalid([
    {
      path: 'cursor',
      reason: 'must be the nextCursor of a page of this list, with the same order and metadata',
    },
  ]);
