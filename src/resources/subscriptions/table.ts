/** The subscriptions in SQL: the columns that clients see. An export leaves out how far the fetches have come. */
import { integer, nullableInteger, nullableText, oneOf, table, text } from '../../db/table.ts';
import type { SubscriptionBusy } from '../../sdk/types.ts';

export const subscriptions = table({
  type: 'subscription',
  name: 'subscriptions',
  columns: {
    calendar_id: text,
    url: text,
    refresh_minutes: integer,
    busy: oneOf<SubscriptionBusy>(),
    fetched_at: nullableInteger,
    changed_at: nullableInteger,
    error: nullableText,
  },
  belongs: { calendar_id: 'calendars' },
});
