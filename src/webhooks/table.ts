/** An account's webhook in SQL: what an export copies of it. Statements stand in sql.ts. */
import { json, nullableInteger, nullableText, table } from '../db/table.ts';

export const webhooks = table({
  type: 'webhook',
  name: 'webhooks',
  columns: {
    url: nullableText,
    key: nullableText,
    secret: nullableText,
    old_secret: nullableText,
    old_secret_until: nullableInteger,
    old_secrets: { ...json, added: true },
    events: json,
  },
  single: true,
  // The shard that the account comes from sends what was due before.
  computed: {
    since: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    backfilled_to: "CASE WHEN value ->> 'url' IS NOT NULL THEN '' END",
  },
});
