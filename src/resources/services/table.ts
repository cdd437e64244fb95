/** Services in SQL. */
import { type MetadataPage, selectByMetadata } from '../../db/metadata.ts';
import type { Listed } from '../../db/pages.ts';
import { exists, ofAccount, type Scope } from '../../db/scope.ts';
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import type { Versioned } from '../../plan.ts';
import type { Service } from '../../sdk/types.ts';
import type { ServiceUpdate } from './input.ts';

export interface ServiceRow extends Versioned {
  id: string;
  multi_person: string;
  metadata: string;
}

const columns = sql`id, multi_person, metadata, version`;

export const toService = (row: ServiceRow): Service => ({
  id: row.id,
  multiPerson: JSON.parse(row.multi_person),
  metadata: JSON.parse(row.metadata),
});

export const insertService = ({ account }: Scope, row: ServiceRow): Sql => sql`
  INSERT INTO services (account_id, id, multi_person, metadata, version)
  SELECT id, ${row.id}, ${row.multi_person}, ${row.metadata}, ${row.version}
  FROM accounts WHERE id = ${account} RETURNING 1`;

export const serviceIsThere = (scope: Scope, { id }: ServiceRow): Sql => exists(scope, sql`services`, id);

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
    metadata = coalesce(${metadata ? JSON.stringify(metadata) : null}, metadata),
    version = version + 1
  WHERE ${ofAccount(scope)} AND id = ${id} RETURNING ${columns}`;

/** Its hosts go with it, and its bookings are cancelled; their events stay: triggers of schema.sql see to that. */
export const deleteService = (scope: Scope, id: string): Sql<ServiceRow> =>
  sql<ServiceRow>`DELETE FROM services WHERE ${ofAccount(scope)} AND id = ${id} RETURNING ${columns}`;

export const selectServicesByMetadata = (scope: Scope, page: MetadataPage): Query<ServiceRow> =>
  selectByMetadata(scope, { columns, table: sql`services`, entries: sql`service_metadata` }, page);

export const listedServices = (scope: Scope): Listed => ({
  table: sql`services`,
  columns,
  entries: sql`service_metadata`,
  within: ofAccount(scope),
});
