/** Pages of lists: the query that they share, and the sealed cursor that leads to the next page. */
import * as v from 'valibot';
import { seal, sealingKey, unseal } from '../crypto/seal.ts';
import { type Listed, type PageRow, pageOf, selectPage, seqAfter } from '../db/pages.ts';
import type { Scope } from '../db/scope.ts';
import { selectSecret } from '../db/secrets.ts';
import { pageLimit, type Sized, within } from '../db/sizes.ts';
import type { Query } from '../db/sql.ts';
import { PAGE_DEFAULT, PAGE_MAX } from '../limits.ts';
import type { Input } from '../operation.ts';
import { found, Plan, plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import { cursor, invalid, metadata, parameters, wholeNumber } from '../validation/schemas.ts';

export const pageQuery = parameters({
  limit: v.optional(wholeNumber(1, PAGE_MAX), String(PAGE_DEFAULT)),
  cursor,
  order: v.optional(v.picklist(['asc', 'desc'], 'must be asc or desc'), 'asc'),
  metadata: v.optional(metadata, {}),
});

/** The key that seals the cursors of each database. It never changes, so an isolate reads it once. */
const cursorKeys = new WeakMap<D1Database, CryptoKey>();

interface Paged<A> {
  /** What a cursor belongs to: it does not fit a list of another context. */
  context: readonly unknown[];
  /** The statements of the page that starts after a position; null: the first page. */
  statements(after: string | null): readonly Query[];
  /** From their rows, the position after which the next page starts (null: this is the last page), and the answer. */
  read(results: readonly unknown[][]): { after: string | null; toAnswer(nextCursor: string | null): A };
}

/**
 * The plan of a page. A cursor holds its position and account, sealed for its context, so that it works for nothing else.
 * Which account the caller has becomes known with the rows.
 *
 * @throws Problem `input-invalid` for a cursor of another list or account.
 */
export async function paged<A>(
  { query, shard: { db } }: Pick<Input<never, { cursor?: string | undefined }>, 'query' | 'shard'>,
  { context, statements, read }: Paged<A>,
): Promise<Plan<A, Query>> {
  const { cursor } = query;
  const purpose = JSON.stringify(context);
  const from = async (key: CryptoKey | undefined): Promise<Plan<A, Query>> => {
    const start = key && cursor ? await open(key, purpose, cursor) : null;
    const all = [...statements(start?.after ?? null), ...(key ? [] : [selectSecret('cursors')])];
    return new Plan<A, Query>(all, async (results, { account }) => {
      const { after, toAnswer } = read(results);
      if (start && start.account !== account) throw forgedCursor();
      const sealing = key ?? (await cursorKeyOf(db, results.at(-1) as { value: string }[]));
      return toAnswer(after === null ? null : await seal(sealing, purpose, `${after} ${account}`));
    });
  };

  const key = cursorKeys.get(db);
  if (key || !cursor) return from(key);
  return plan([selectSecret('cursors')], async (secrets) => from(await cursorKeyOf(db, secrets)));
}

interface List<Row, A> {
  /** The list's name on the wire: a cursor of one list does not fit another. */
  name: string;
  listed: Listed;
  /** Looks up the owner of a user's list: without a row, the list is `not-found`. */
  owner?: Query;
  toAnswer(rows: Row[], nextCursor: string | null): A;
}

/**
 * The plan of a page of resources in the order of creation. Its cursor belongs to the list, owner, order and metadata.
 *
 * @throws Problem `input-invalid` for a cursor of another list or account, `not-found` for an unknown owner.
 */
export function page<Row extends object, A>(
  scope: Scope,
  input: Pick<Input<never, v.InferOutput<typeof pageQuery>>, 'query' | 'shard'>,
  { name, listed, owner, toAnswer }: List<Row, A>,
): Promise<Plan<A, Query>> {
  const { cursor, ...wanted } = input.query;
  const metadata = Object.entries(wanted.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return paged(input, {
    context: [name, scope.user, wanted.order, metadata],
    statements: (after) => [
      selectPage<Row>(scope, listed, { ...wanted, after: after === null ? null : Number(after) }),
      ...(owner ? [owner] : []),
    ],
    read([rows, owners]) {
      if (owner) found(owners as unknown[]);
      const { items, last } = pageOf(rows as (Row & PageRow)[], wanted.limit);
      return {
        after: last && String(seqAfter(last, wanted.order)),
        toAnswer: (nextCursor) => toAnswer(items, nextCursor),
      };
    },
  });
}

/**
 * All rows of an answer that has no cursor.
 *
 * @throws Problem `answer-too-large` where they exceed the limit of a page.
 */
export function whole<Row extends Sized>(rows: readonly Row[]): readonly Row[] {
  if (within(rows, pageLimit) === rows.length) return rows;
  throw new Problem(
    'answer-too-large',
    'The resources are too large for one answer. Send a smaller limit, or use the list, whose pages end early.',
  );
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
  return { after: after ?? '', account };
}

const forgedCursor = () =>
  invalid([
    {
      path: 'cursor',
      reason: 'must be the nextCursor of a page of this list, with the same parameters',
    },
  ]);
