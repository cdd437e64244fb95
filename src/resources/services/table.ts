/** Services in SQL. */
import { anyRemoved, removed } from '../../db/removed.ts';
import type { Scope } from '../../db/scope.ts';
import type { Query } from '../../db/sql.ts';
import { integer, json, type RowOf, resourceTable, selectOne, text } from '../../db/table.ts';
import type { Service } from '../../sdk/types.ts';
import { removedParts } from './host-table.ts';

export const services = resourceTable({
  type: 'service',
  name: 'services',
  owner: 'account',
  removable: 'service',
  columns: { id: text, multi_person: json, metadata: json, version: integer },
  internal: { revision: integer },
  derived: {
    // Each host that goes, and each schedule or calendar that a host loses, raises the version: the steps that follow do.
    version: (service) => `${service}.version + CASE WHEN ${anyRemoved(`${service}.account_id`)} THEN (
      SELECT count(*) FILTER (WHERE ${removed('h.account_id', 'h.user_id')}) + coalesce(sum(${removedParts('h')}), 0)
      FROM service_users h WHERE h.account_id = ${service}.account_id AND h.service_id = ${service}.id) ELSE 0 END`,
  },
  toResource: (row): Service => ({
    id: row.id,
    multiPerson: JSON.parse(row.multi_person),
    metadata: JSON.parse(row.metadata),
  }),
});

export type ServiceRow = RowOf<typeof services>;

export const selectService = (scope: Scope, id: string): Query<ServiceRow> => selectOne(services, scope, id);
