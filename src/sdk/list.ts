/** A list that comes in pages: a page when it is awaited, all that is in it when it is iterated over. */
import { type Answer, unwrap } from './answer.ts';
import type { RequestOptions } from './options.ts';
import type { Send } from './request.ts';
import type { ListQuery, Page } from './types.ts';
import { query } from './url.ts';

/**
 * Awaited, it is the answer with the page that was asked for. Iterated over, it is each item of that page and of all
 * that follow, which are asked for as they are needed; a page that is refused is thrown, as a `NettuProblem`.
 *
 * Nothing is asked for before either, and the first page once, however often it is used.
 */
export interface List<P extends Page, Item> extends Promise<Answer<P>>, AsyncIterable<Item> {
  /** The pages instead of their items. One may have fewer than `limit`, even none, and not be the last. */
  pages(): AsyncIterable<P>;
}

/** @param pathOf is not called before the list is used: what it throws is a rejection, as of every method. */
export function list<P extends Page, Item>(
  send: Send,
  itemsOf: (page: P) => Item[],
  pathOf: () => string,
  { limit, cursor, order, metadata = {} }: ListQuery = {},
  options?: RequestOptions,
): List<P, Item> {
  // Made now: by the time that a page is asked for, the caller's line has left the stack.
  const origin = new Error();
  const wanted: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) wanted[`metadata[${key}]`] = value;
  const ask = async (cursor: string | undefined) =>
    send<P>('GET', pathOf() + query({ limit, cursor, order, ...wanted }), options, undefined, { origin });

  let asked: Promise<Answer<P>> | undefined;
  const first = () => (asked ??= ask(cursor));
  async function* pages() {
    let page = unwrap(await first());
    yield page;
    while (page.nextCursor) {
      page = unwrap(await ask(page.nextCursor));
      yield page;
    }
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is a promise, but one that asks only when it is awaited
    then: (...handlers) => first().then(...handlers),
    catch: (...handlers) => first().catch(...handlers),
    finally: (...handlers) => first().finally(...handlers),
    [Symbol.toStringTag]: 'List',
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* itemsOf(page);
    },
  };
}
