/** A paged list: `await` returns one page, `for await` iterates over the items of all pages. */
import type { Answer } from './answer.ts';
import type { RequestOptions } from './options.ts';
import type { Send } from './request.ts';
import type { BookingsQuery, ListQuery, Page } from './types.ts';
import { unwrap } from './unwrap.ts';
import { query } from './url.ts';

/**
 * `await` resolves with an answer that holds one page. `for await` iterates over the items of that page and of all pages
 * after it; it requests each page when it needs it, and throws a `NettuProblem` for a page that fails.
 *
 * A list sends no request before you use it, and requests its first page only once, however often you use it.
 */
export interface List<P extends Page, Item> extends Promise<Answer<P>>, AsyncIterable<Item> {
  /**
   * Returns the items of all pages as an array.
   *
   * @param limit how many items at most; by default all of them.
   */
  toArray(options?: { limit?: number | undefined }): Promise<Item[]>;
  /** Iterates over the pages. A page may have fewer items than `limit`, even none, and not be the last. */
  pages(): AsyncIterable<P>;
}

/**
 * Creates a list.
 *
 * @param pathOf makes the path on the first use, so that an invalid id becomes a rejection, as in every method.
 */
export function list<P extends Page, Item>(
  send: Send,
  itemsOf: (page: P) => Item[],
  pathOf: () => string,
  { cursor, metadata = {}, ...rest }: ListQuery & BookingsQuery = {},
  options?: RequestOptions,
): List<P, Item> {
  // Created now, since the caller's line has left the stack when the list requests a page.
  const origin = new Error();
  const filter: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) filter[`metadata[${key}]`] = value;
  const request = async (cursor: string | undefined) =>
    send<P>('GET', pathOf() + query({ ...rest, cursor, ...filter }), options, undefined, { origin });

  let firstPage: Promise<Answer<P>> | undefined;
  const first = () => (firstPage ??= request(cursor));
  async function* pages() {
    let page = unwrap(await first());
    yield page;
    while (page.nextCursor) {
      page = unwrap(await request(page.nextCursor));
      yield page;
    }
  }
  async function* items() {
    for await (const page of pages()) yield* itemsOf(page);
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is a promise that sends its request only when it is awaited
    then: (...handlers) => first().then(...handlers),
    catch: (...handlers) => first().catch(...handlers),
    finally: (...handlers) => first().finally(...handlers),
    [Symbol.toStringTag]: 'List',
    pages,
    async toArray({ limit = Number.POSITIVE_INFINITY } = {}) {
      const array: Item[] = [];
      if (limit > 0) {
        for await (const item of items()) if (array.push(item) >= limit) break;
      }
      return array;
    },
    [Symbol.asyncIterator]: items,
  };
}
