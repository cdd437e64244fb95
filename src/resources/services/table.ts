/** Services in SQL. */
import type { Scope } from '../../db/scope.ts';
import type { Query } from '../../db/sql.ts';
import { integer, json, type RowOf, resourceTable, selectOne, text } from '../../db/table.ts';
import type { Service } from '../../sdk/types.ts';

export const services = resourceTable({
  type: 'service',
  name: 'services',
  owner: 'account',
  columns: { id: text, multi_person: json, metadata: json, version: integer },
  internal: { revision: integer },
  toResource: (row): Service => ({
    id: row.id,
    multiPerson: JSON.parse(row.multi_person),
    metadata: JSON.parse(row.metadata),
  }),
});

export type ServiceRow = RowOf<typeof services>;

export const selectService = (scope: Scope, id: string): Query<ServiceRow> => selectOne(services, scope, id);
