/** An account's webhooks in SQL: what an export copies of them. Statements stand in sql.ts and endpoint-sql.ts. */
import { integer, json, nullableInteger, nullableText, table, text } from '../db/table.ts';

/** The first one. Its URL is '' where it is removed and others are left. */
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
    id: { ...nullableText, added: true },
    description: { ...nullableText, added: true },
    headers: { ...json, added: true },
    version: { ...integer, added: true },
    paused_at: { ...nullableInteger, added: true },
    paused_because: { ...nullableText, added: true },
  },
  single: true,
  derived: {
    url: (name) => `nullif(${name}.url, '')`,
    key: (name) => `nullif(${name}.key, '')`,
    secret: (name) => `nullif(${name}.secret, '')`,
    events: (name) => `coalesce(${name}.own_events, ${name}.events)`,
  },
  // The shard that the account comes from sends what was due before.
  computed: {
    since: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    backfilled_to: "CASE WHEN value ->> 'url' IS NOT NULL THEN '' END",
  },
});

/** The others. */
export const furtherEndpoints = table({
  type: 'endpoint',
  name: 'further_endpoints',
  columns: {
    id: text,
    url: text,
    key: text,
    secret: text,
    old_secret: nullableText,
    old_secret_until: nullableInteger,
    old_secrets: json,
    events: json,
    description: nullableText,
    headers: json,
    version: integer,
    paused_at: nullableInteger,
    paused_because: nullableText,
  },
  lives: (name) => `${name}.url <> ''`,
});
