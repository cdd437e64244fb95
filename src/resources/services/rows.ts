/** Services in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import { ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Service } from '../../sdk/types.ts';
import type { NewService, ServiceUpdate } from './input.ts';

export interface ServiceRow {
  id: string;
  multi_person: string;
  metadata: string;
}

const columns = sql`id, multi_person, metadata`;

export const toService = (row: ServiceRow): Service => ({
  id: row.id,
  multiPerson: JSON.parse(row.multi_person),
  metadata: JSON.parse(row.metadata),
});

export const insertService = (
  { account }: Scope,
  { id, multiPerson, metadata }: NewService & { id: string },
): Sql<ServiceRow> => sql<ServiceRow>`
  INSERT INTO services (account_id, id, multi_person, metadata)
  SELECT id, ${id}, ${JSON.stringify(multiPerson)}, ${JSON.stringify(metadata)}
  FROM accounts WHERE id = ${account} RETURNING ${columns}`;

export const selectService = (scope: Scope, id: string): Query<ServiceRow> =>
  query<ServiceRow>`SELECT ${columns} FROM services WHERE ${ofAccount(scope)} AND id = ${id}`;

/** What is absent is kept. */
export const updateService = (
  scope: Scope,
  id: string,
  { multiPerson, metadata }: ServiceUpdate,
): Sql<ServiceRow> => sql<ServiceRow>`
  UPDATE services SET
    multi_person = coalesce(${multiPerson ? JSON.stringify(multiPerson) : null}, multi_person),
    metadata = coalesce(${metadata ? JSON.stringify(metadata) : null}, metadata)
  WHERE ${ofAccount(scope)} AND id = ${id} RETURNING ${columns}`;

/** Its hosts go with it, and its bookings are cancelled; their events stay: triggers of schema.sql see to that. */
export const deleteService = (scope: Scope, id: string): Sql<ServiceRow> =>
  sql<ServiceRow>`DELETE FROM services WHERE ${ofAccount(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectServicesByMetadata = (scope: Scope, page: MetadataPage): Query<ServiceRow> =>
  selectByMetadata(scope, { columns, table: sql`services`, entries: sql`service_metadata` }, page);
