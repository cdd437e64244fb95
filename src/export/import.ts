/**
 * Puts a copy of an account into a database, in batches that D1 takes. While it is under way nobody can use the account:
 * its keys come last, in the transaction that says what is public. So it can be broken off anywhere, and begun again.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import type { Table } from '../db/table.ts';
import { columnsOf, tables, valuesOf } from './tables.ts';

export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

export interface Copy {
  account: string;
  /** How many lines there are of each type. */
  counts: Readonly<Record<string, number>>;
  /** The lines of a type, in their order. */
  linesOf(type: string): AsyncIterable<Line>;
}

/** Rows of a statement, and characters of its one parameter; D1 takes 2 MB. */
const MOST = { rows: 500, size: 500_000 };

/** What comes last: it opens the account, and has it told of. */
const LAST = ['signingKey', 'apiKey', 'webhook'];

/** What triggers raise or compute as rows come in: it is put back as it was, in this order. Of events, those of bookings. */
const RESTORED: Readonly<Record<string, readonly string[]>> = {
  event: ['expires_at'],
  user: ['agenda'],
  service: ['revision', 'version'],
};

/**
 * @returns false where the account is there already: then nothing is changed.
 * @throws Error where the database has another part of the account than the copy.
 */
export async function importCopy(db: D1Database, copy: Copy): Promise<boolean> {
  const { account } = copy;
  const counts: Record<string, number> = { ...copy.counts };
  const run = (statement: D1PreparedStatement) => statement.run();
  if (await countOf(db, 'api_keys', account)) return false;
  for (const table of tables.filter(({ type }) => !LAST.includes(type))) {
    for await (const rows of batchesOf(table, copy)) {
      await run(insert(db, table, account, rows));
      counts[table.type] = (counts[table.type] ?? 0) - (await countHomeless(db, table, account, rows));
    }
  }
  for (const [type, columns] of Object.entries(RESTORED)) {
    const table = tableOf(type);
    for await (const rows of batchesOf(table, copy, ({ session }) => session !== null))
      await run(restore(db, table, account, columns, rows));
  }
  for (const { type, name, single } of tables) {
    if (single || LAST.includes(type)) continue;
    const there = await countOf(db, name, account);
    if (there !== counts[type])
      throw new Error(`${there} rows of ${name} are there, and ${counts[type]} in the copy`);
  }
  const [owner] = (await batchesOf(tableOf('account'), copy).next()).value ?? [];
  if (!owner) throw new Error('the copy has no account');
  const opening: D1PreparedStatement[] = [];
  for (const type of LAST)
    for await (const rows of batchesOf(tableOf(type), copy))
      opening.push(insert(db, tableOf(type), account, rows));
  opening.push(restore(db, tableOf('account'), account, ['public_freebusy', 'public_booking'], [owner]));
  opening.push(restore(db, tableOf('account'), account, ['version'], [owner]));
  await db.batch(opening);
  return true;
}

type Row = ReturnType<typeof valuesOf>;

function tableOf(type: string): Table {
  const table = tables.find((table) => table.type === type);
  if (!table) throw new Error(`a copy has no ${type}`);
  return table;
}

async function* batchesOf(
  table: Table,
  copy: Copy,
  wanted: (line: Line) => boolean = () => true,
): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  let size = 0;
  for await (const line of copy.linesOf(table.type)) {
    if (!wanted(line)) continue;
    const row = valuesOf(table, line);
    const length = JSON.stringify(row).length;
    if (rows.length === MOST.rows || (rows.length && size + length > MOST.size)) {
      yield rows;
      rows = [];
      size = 0;
    }
    rows.push(row);
    size += length;
  }
  if (rows.length) yield rows;
}

/** What is there already stays. */
function insert(db: D1Database, table: Table, account: string, rows: readonly Row[]): D1PreparedStatement {
  const { name, computed = {} } = table;
  const columns = columnsOf(table).map(([column]) => column);
  const owner = name === 'accounts' ? [] : ['account_id'];
  const closed =
    name === 'accounts' ? columns.map((column) => (column.startsWith('public_') ? '0' : null)) : [];
  const values = columns.map((_, i) => closed[i] ?? `value ->> ${i}`);
  const into = [...owner, ...columns, ...Object.keys(computed)].join(', ');
  const from = [...owner.map(() => '?2'), ...values, ...Object.values(computed)].join(', ');
  const text = `INSERT INTO ${name} (${into}) SELECT ${from} FROM json_each(?1)
    WHERE ?2 IS NOT NULL AND ${hasHome(table)} ORDER BY key ON CONFLICT DO NOTHING`;
  return db.prepare(text).bind(JSON.stringify(rows), account);
}

/**
 * Whether what a row belongs to is there. An export takes no row that is newer than itself by its `seq`, but one may have
 * got that of another that was deleted meanwhile, and belong to something that is newer. It is left out, too.
 */
function hasHome(table: Table): string {
  const columns = columnsOf(table).map(([column]) => column);
  return [
    'true',
    ...Object.entries(table.belongs ?? {}).map(
      ([column, owners]) =>
        `EXISTS (SELECT 1 FROM ${owners} WHERE account_id = ?2 AND id = value ->> ${columns.indexOf(column)})`,
    ),
  ].join(' AND ');
}

async function countHomeless(
  db: D1Database,
  table: Table,
  account: string,
  rows: readonly Row[],
): Promise<number> {
  if (!table.belongs) return 0;
  const text = `SELECT count(*) AS n FROM json_each(?1) WHERE NOT (${hasHome(table)})`;
  return (await db.prepare(text).bind(JSON.stringify(rows), account).first<number>('n')) ?? 0;
}

/** Writes what is not as it was. Each row is found by its id, with the copy's rows as the outer loop. */
function restore(
  db: D1Database,
  table: Table,
  account: string,
  restored: readonly string[],
  rows: readonly Row[],
): D1PreparedStatement {
  const { name } = table;
  const columns = columnsOf(table).map(([column]) => column);
  const copied = (column: string) => `copied.value ->> ${columns.indexOf(column)}`;
  const set = restored.map((column) => `${column} = ${copied(column)}`).join(', ');
  const differs = restored.map((column) => `${column} IS NOT ${copied(column)}`).join(' OR ');
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
