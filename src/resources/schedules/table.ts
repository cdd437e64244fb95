/** Schedules in SQL. */
import { integer, json, resourceTable, text } from '../../db/table.ts';
import type { Schedule } from '../../sdk/types.ts';

export const schedules = resourceTable({
  type: 'schedule',
  name: 'schedules',
  owner: 'user',
  removable: 'schedule',
  columns: { id: text, user_id: text, timezone: text, rules: json, metadata: json, version: integer },
  belongs: { user_id: 'users' },
  toResource: (row): Schedule => ({
    id: row.id,
    userId: row.user_id,
    timezone: row.timezone,
    rules: JSON.parse(row.rules),
    metadata: JSON.parse(row.metadata),
  }),
});
