/** Feeds in SQL: the columns. The table has the hashes of their secrets, never the secrets. */

import { integer, nullableText, oneOf, table, text } from '../../db/table.ts';
import type { Detail } from '../../ical/calendar.ts';

export const feeds = table({
  type: 'feed',
  name: 'feeds',
  columns: {
    id: text,
    calendar_id: text,
    hash: text,
    name: nullableText,
    detail: oneOf<Detail>(),
    hint: text,
    created: integer,
  },
  belongs: { calendar_id: 'calendars' },
});
