/**
 * The tables of an account, in the order in which an export writes them and an import inserts them: first what others
 * refer to, last the keys, which open the account, and the webhook, which gets notified. The Worker exports by it, and
 * `npm run import` imports.
 */
import type { Column, Table } from '../db/table.ts';
import { accounts } from '../resources/accounts/table.ts';
import { apiKeys } from '../resources/api-keys/table.ts';
import { memberOf } from '../resources/crud.ts';
import { hosts } from '../resources/services/host-table.ts';
import { services } from '../resources/services/table.ts';
import { signingKeys } from '../resources/signing-keys/table.ts';
import { resourceTables } from '../resources/tables.ts';
import { webhooks } from '../webhooks/table.ts';

/** Rises with a breaking change of a line. A new column is none: where a line lacks it, the column's default counts. */
export const FORMAT = 1;

/** A host belongs to its service, and bookings come after both. */
const withHosts = Object.values(resourceTables).flatMap((table): Table[] =>
  table === services ? [services, hosts] : [table],
);

export const tables: readonly Table[] = [accounts, ...withHosts, signingKeys, apiKeys, webhooks];

/** Every column that an export copies. */
export const columnsOf = ({ columns, internal }: Table): [name: string, column: Column][] =>
  Object.entries({ ...columns, ...internal });

type Value = string | number | null;

/** A row as a line: one JSON object, with the columns in camel case. */
export function lineOf(table: Table, row: Readonly<Record<string, unknown>>): string {
  const members = columnsOf(table).map(([name, { json }]) => {
    const value = row[name];
    return [memberOf(name), json && value !== null ? JSON.parse(String(value)) : value];
  });
  return `${JSON.stringify({ type: table.type, ...Object.fromEntries(members) })}\n`;
}

/** The values of a line, in the order of the columns: as they were stored. */
export function valuesOf(table: Table, line: Readonly<Record<string, unknown>>): Value[] {
  return columnsOf(table).map(([name, { json }]) => {
    const value = line[memberOf(name)];
    if (value === undefined) throw new Error(`lacks ${memberOf(name)}`);
    return json && value !== null ? JSON.stringify(value) : (value as Value);
  });
}
