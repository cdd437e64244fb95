/**
 * The header `nettu-bookmark`: how far the database had come when it answered. Who sends it with the next request reads
 * at least that, so also their own writes, whichever replica is near. It names the place, for a bookmark means nothing to
 * another database, and ends in `.n` where the account lets its own reads be answered by replicas.
 */
import type { Connection } from '../db/connection.ts';
import type { Place } from '../db/shards.ts';

const HEADER = 'nettu-bookmark';

/** D1's own are numbers in hex with dashes between: none of the words that withSession takes besides. */
const FORM = /^(0|[1-9]\d{0,3})\.([0-9a-f]+(?:-[0-9a-f]+)*)(\.n)?$/;

/**
 * From where a replica may answer what only reads; null: the primary is to. Whoever comes with credentials is answered by
 * a replica only with a bookmark, and so never reads less than they wrote; who has none asks for what anyone may see. A
 * bookmark may be made up: it guards nothing.
 */
export function nearFrom(headers: Headers, home: Place, open: boolean): string | null {
  const text = headers.get(HEADER);
  if (text === null) return open ? 'first-unconstrained' : null;
  const [, number, at = null, nearest] = (text.length <= 200 && FORM.exec(text)) || [];
  return number === String(home.number) && (open || nearest) ? at : null;
}

/** @param nearest whether the account of who asked lets replicas answer. */
export const bookmarkOf = (
  { bookmark }: Connection,
  home: Place,
  nearest: boolean,
): Record<string, string> =>
  bookmark === null ? {} : { [HEADER]: `${home.number}.${bookmark}${nearest ? '.n' : ''}` };
