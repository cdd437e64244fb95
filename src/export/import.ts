/**
 * Imports an exported account into a database, in batches that D1 accepts. Nobody can use the account before the import
 * is complete, since its last transaction inserts the keys and restores the public settings. So an import can stop
 * anywhere and start again.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import { quotaExceededIn } from '../db/d1-errors.ts';
import type { Table } from '../db/table.ts';
import { tables, valuesOf } from './tables.ts';

/** A line of an export. */
export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** An exported account, wherever its lines are stored. */
export interface Copy {
  /** The account's id. */
  account: string;
  /** The number of lines of each type. */
  counts: Readonly<Record<string, number>>;
  /** The lines of a type, in the order of the export. */
  linesOf(type: string): AsyncIterable<Line>;
}

/** The rows of one statement, and the characters of its one parameter, of which D1 accepts 2 MB. */
const STATEMENT_MAX_ROWS = 500;
const STATEMENT_MAX_CHARS = 500_000;

/** The types that come last: the keys open the account, and the webhooks get notified of every change. */
const LAST_TYPES = ['signingKey', 'apiKey', 'webhook', 'endpoint'];

/**
 * Columns that triggers change during an import. The import restores them, in this order; of events, those of bookings
 * only.
 */
const RESTORED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  event: ['expires_at'],
  user: ['availability_revision'],
  service: ['revision', 'version'],
};

/**
 * Imports an account.
 *
 * @returns false where the database already has the account, which then stays as it is.
 * @throws Error where the database has other rows of the account than the copy.
 */
export async function importCopy(db: D1Database, copy: Copy): Promise<boolean> {
  const { account } = copy;
  const counts: Record<string, number> = { ...copy.counts };
  const run = (statement: D1PreparedStatement) =>
    statement.run().catch((error: unknown) => {
      throw nameQuota(error, account);
    });
  if (await countOf(db, 'api_keys', account)) return false;
  for (const table of tables.filter(({ type }) => !LAST_TYPES.includes(type))) {
    for await (const rows of batchesOf(table, copy)) {
      await run(insert(db, table, account, rows));
      counts[table.type] = (counts[table.type] ?? 0) - (await countOrphans(db, table, account, rows));
    }
  }
  for (const [type, columns] of Object.entries(RESTORED_COLUMNS)) {
    const table = tableOf(type);
    for await (const rows of batchesOf(table, copy, ({ session }) => session !== null))
      await run(restore(db, table, account, columns, rows));
  }
  for (const { type, name, single } of tables) {
    if (single || LAST_TYPES.includes(type)) continue;
    const there = await countOf(db, name, account);
    // An export from before a table was added has no count of it.
    if (there !== (counts[type] ?? 0))
      throw new Error(`the database has ${there} rows of ${name}, and the copy has ${counts[type]}`);
  }
  const [owner] = (await batchesOf(tableOf('account'), copy).next()).value ?? [];
  if (!owner) throw new Error('the copy has no account');
  const opening: D1PreparedStatement[] = [];
  for (const type of LAST_TYPES)
    for await (const rows of batchesOf(tableOf(type), copy))
      opening.push(insert(db, tableOf(type), account, rows));
  opening.push(restore(db, tableOf('account'), account, ['public_freebusy', 'public_booking'], [owner]));
  opening.push(restore(db, tableOf('account'), account, ['version'], [owner]));
  await db.batch(opening);
  return true;
}

/** An error of the database; where a quota of the account refuses the copy, one that names it. */
function nameQuota(error: unknown, account: string): unknown {
  const exceeded = quotaExceededIn(error);
  if (!exceeded) return error;
  const { quota, limit } = exceeded;
  return new Error(
    `the account may have ${limit} ${quota} here, and the copy has more. Raise it, and import again: ` +
      `npm run account -- quota ${account} ${quota}=NUMBER`,
  );
}

type Row = ReturnType<typeof valuesOf>;

function tableOf(type: string): Table {
  const table = tables.find((table) => table.type === type);
  if (!table) throw new Error(`a copy has no ${type}`);
  return table;
}

/** The rows of a table, in batches that fit in one statement and have the same columns. */
async function* batchesOf(
  table: Table,
  copy: Copy,
  filter: (line: Line) => boolean = () => true,
): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  let chars = 0;
  for await (const line of copy.linesOf(table.type)) {
    if (!filter(line)) continue;
    const row = valuesOf(table, line);
    const length = JSON.stringify(row).length;
    const [first = row] = rows;
    const full = rows.length === STATEMENT_MAX_ROWS || chars + length > STATEMENT_MAX_CHARS;
    if (rows.length && (full || Object.keys(row).join() !== Object.keys(first).join())) {
      yield rows;
      rows = [];
      chars = 0;
    }
    rows.push(row);
    chars += length;
  }
  if (rows.length) yield rows;
}

/** Inserts rows. A row that exists stays as it is. */
function insert(db: D1Database, table: Table, account: string, rows: readonly Row[]): D1PreparedStatement {
  const { name, computed = {} } = table;
  const columns = Object.keys(rows[0] ?? {});
  const isAccount = name === 'accounts';
  const owner = isAccount ? [] : ['account_id'];
  // The account is closed to anyone until its keys are there.
  const values = columns.map((column) =>
    isAccount && column.startsWith('public_') ? '0' : `value ->> '${column}'`,
  );
  const into = [...owner, ...columns, ...Object.keys(computed)].join(', ');
  const from = [...owner.map(() => '?2'), ...values, ...Object.values(computed)].join(', ');
  const text = `INSERT INTO ${name} (${into}) SELECT ${from} FROM json_each(?1)
    WHERE ?2 IS NOT NULL AND ${hasParents(table)} ORDER BY key ON CONFLICT DO NOTHING`;
  return db.prepare(text).bind(JSON.stringify(rows), account);
}

/**
 * The condition that every row that this row belongs to exists. An export leaves out rows with a newer `seq`, but
 * SQLite can give a new row the `seq` of a deleted one. Such a row may belong to one that is not in the export, and the
 * import drops it.
 */
function hasParents({ belongs = {} }: Table): string {
  return [
    'true',
    ...Object.entries(belongs).map(
      ([column, owners]) =>
        `EXISTS (SELECT 1 FROM ${owners} WHERE account_id = ?2 AND id = value ->> '${column}')`,
    ),
  ].join(' AND ');
}

async function countOrphans(
  db: D1Database,
  table: Table,
  account: string,
  rows: readonly Row[],
): Promise<number> {
  if (!table.belongs) return 0;
  const text = `SELECT count(*) AS n FROM json_each(?1) WHERE NOT (${hasParents(table)})`;
  return (await db.prepare(text).bind(JSON.stringify(rows), account).first<number>('n')) ?? 0;
}

/**
 * Restores columns where they differ from the copy. The copy's rows are the outer loop, and SQLite finds each row by
 * its id.
 */
function restore(
  db: D1Database,
  table: Table,
  account: string,
  restoredColumns: readonly string[],
  rows: readonly Row[],
): D1PreparedStatement {
  const { name } = table;
  const copied = (column: string) => `copied.value ->> '${column}'`;
  const set = restoredColumns.map((column) => `${column} = ${copied(column)}`).join(', ');
  const differs = restoredColumns.map((column) => `${column} IS NOT ${copied(column)}`).join(' OR ');
  const same =
    name === 'accounts'
      ? 'accounts.id = ?2'
      : `${name}.seq = (SELECT seq FROM ${name} own WHERE account_id = ?2 AND own.id = ${copied('id')})`;
  const text = `UPDATE ${name} SET ${set} FROM json_each(?1) copied WHERE ${same} AND (${differs})`;
  return db.prepare(text).bind(JSON.stringify(rows), account);
}

async function countOf(db: D1Database, name: string, account: string): Promise<number> {
  const text = `SELECT count(*) AS n FROM ${name} WHERE account_id = ?`;
  return (await db.prepare(text).bind(account).first<number>('n')) ?? 0;
}
