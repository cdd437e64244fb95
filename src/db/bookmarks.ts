/**
 * The header `nettu-bookmark`: how far the database had come when it answered. Who sends it with the next request reads
 * at least that, so also their own writes, whichever replica is near. It names the place, for a bookmark means nothing to
 * another database, and ends in `.n` where the account lets its own reads be answered by replicas.
 */

export interface Bookmark {
  at: string;
  nearest: boolean;
}

/** D1's own are numbers in hex with dashes between: none of the words that withSession takes besides. */
const FORM = /^(0|[1-9]\d{0,3})\.([0-9a-f]+(?:-[0-9a-f]+)*)(\.n)?$/;

/** What comes with a request; null for what is not ours, or another database's. It may be made up: it guards nothing. */
export function readBookmark(text: string, place: number): Bookmark | null {
  const [, number, at = '', nearest] = (text.length <= 200 && FORM.exec(text)) || [];
  return number === String(place) ? { at, nearest: nearest !== undefined } : null;
}

export const writeBookmark = ({ at, nearest }: Bookmark, place: number): string =>
  `${place}.${at}${nearest ? '.n' : ''}`;
