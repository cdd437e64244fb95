/** The options of the guides' index: the build makes it, and the browser searches it. */
import type { Options } from 'minisearch';

/** One heading of a page, with the text under it. */
export interface Section {
  id: number;
  /** Of the page. */
  page: string;
  heading: string;
  body: string;
  address: string;
  /** The beginning of the text. */
  excerpt: string;
}

export const searchOptions = {
  fields: ['page', 'heading', 'body'],
  storeFields: ['page', 'heading', 'address', 'excerpt'],
  searchOptions: {
    boost: { page: 2, heading: 4 },
    prefix: true,
    // One wrong letter. Two would find "schedule" for "reschedule".
    fuzzy: (term: string) => (term.length > 4 ? 1 : false),
    combineWith: 'AND',
  },
} satisfies Options<Section>;

/** The most results that the page shows. */
export const RESULTS_MAX = 10;
