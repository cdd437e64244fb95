/**
 * The tables of an account, in the order in which an export writes them and an import inserts them: first what others
 * refer to, last the keys, which open the account, and the webhooks, which get notified. The Worker's export
 * and `npm run import` share it.
 */
import type { Column, Table } from '../db/table.ts';
import { accounts } from '../resources/accounts/table.ts';
import { apiKeys } from '../resources/api-keys/table.ts';
import { memberOf } from '../resources/crud.ts';
import { feeds } from '../resources/feeds/table.ts';
import { importedEvents } from '../resources/imports/table.ts';
import { hosts } from '../resources/services/host-table.ts';
import { services } from '../resources/services/table.ts';
import { signingKeys } from '../resources/signing-keys/table.ts';
import { subscriptions } from '../resources/subscriptions/table.ts';
import { resourceTables } from '../resources/tables.ts';
import { furtherEndpoints, webhooks } from '../webhooks/table.ts';

/** Rises with a breaking change of a line. A new column breaks nothing: an older line gets the column's default. */
export const FORMAT = 1;

/** A host belongs to its service, and bookings come after both. */
const withHosts = Object.values(resourceTables).flatMap((table): Table[] =>
  table === services ? [services, hosts] : [table],
);

export const tables: readonly Table[] = [
  accounts,
  ...withHosts,
  importedEvents,
  subscriptions,
  feeds,
  signingKeys,
  apiKeys,
  webhooks,
  furtherEndpoints,
];

/** Every column that an export copies. */
export const columnsOf = ({ columns, internal }: Table): [name: string, column: Column][] =>
  Object.entries({ ...columns, ...internal });

type Value = string | number | null;

/** The name of a column in a line. */
const nameOf = (column: string, { member }: Column): string => member ?? memberOf(column);

/** A row as a line: one JSON object, with the columns in camel case. */
export function lineOf(table: Table, row: Readonly<Record<string, unknown>>): string {
  const members = columnsOf(table).map(([name, column]) => {
    const value = row[name];
    return [nameOf(name, column), column.json && value !== null ? JSON.parse(String(value)) : value];
  });
  return `${JSON.stringify({ type: table.type, ...Object.fromEntries(members) })}\n`;
}

/**
 * The values of a line, by column. An older export may lack a column that was added since.
 *
 * @throws Error for a line that lacks any other column.
 */
export function valuesOf(table: Table, line: Readonly<Record<string, unknown>>): Record<string, Value> {
  const values = columnsOf(table).flatMap(([name, column]): [string, Value][] => {
    const value = line[nameOf(name, column)];
    if (value === undefined && column.added) return [];
    if (value === undefined) throw new Error(`a line of ${table.type} lacks ${nameOf(name, column)}`);
    return [[name, column.json && value !== null ? JSON.stringify(value) : (value as Value)]];
  });
  return Object.fromEntries(values);
}
