/** API keys in SQL: the columns. The table has their hashes, never the keys. */
import { integer, nullableInteger, nullableText, table, text } from '../../db/table.ts';

export const apiKeys = table({
  type: 'apiKey',
  name: 'api_keys',
  columns: {
    id: text,
    hash: text,
    name: nullableText,
    hint: text,
    created: integer,
    expires_at: nullableInteger,
  },
  computed: { reads_replica: '(SELECT reads_replica FROM accounts WHERE id = ?2)' },
});
