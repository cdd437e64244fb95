/**
 * npm run export-all -- FOLDER [--remote] [--persist-to FOLDER] [--config FILE]: exports every account of every shard, each
 * into a file that `npm run import` takes. Run it again after an interruption: it skips what is complete, and continues
 * what is not. Use a new folder for each backup.
 */
import { createReadStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { D1Database } from '@cloudflare/workers-types';
import { batch, Connection } from '../db/connection.ts';
import { removed } from '../db/removed.ts';
import { system } from '../db/scope.ts';
import { query, raw } from '../db/sql.ts';
import { exportAccount } from '../export/export.ts';
import { Part } from '../export/part.ts';
import { Plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import { bindingsOf, databaseOf, databaseOptions, readConfig, withDatabase } from './databases.ts';
import { readCopy } from './import-file.ts';

/** How often an account is tried again that has begun an export of its own meanwhile. */
const TRIES_MAX = 5;

/**
 * Exports all accounts. One that fails does not stop the others.
 *
 * @param args the arguments of the command line.
 * @param log receives one line for each account.
 * @throws Error that names the accounts that failed, once the others are done.
 */
export async function exportAll(args: string[], log: (line: string) => void): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: databaseOptions });
  const [folder, ...more] = positionals;
  if (!folder || more.length) throw new Error('Name the folder: npm run export-all -- FOLDER [--remote]');
  const config = readConfig(values.config);
  mkdirSync(folder, { recursive: true });
  const failed: string[] = [];
  for (const binding of bindingsOf(config)) {
    const { bound, shard } = databaseOf(config, binding);
    const location = { ...config, remote: values.remote, persistTo: values['persist-to'] };
    await withDatabase(bound, location, async (db) => {
      for (const account of await accountsOf(db)) {
        try {
          log(`${account} in ${binding}: ${await exportInto(folder, account, db, shard)}`);
        } catch (error) {
          failed.push(account);
          log(`${account} in ${binding}: failed: ${reasonOf(error)}`);
        }
      }
    });
  }
  if (failed.length) throw new Error(`Run the command again. These accounts failed: ${failed.join(', ')}`);
}

/** The accounts that are not deleted. */
async function accountsOf(db: D1Database): Promise<string[]> {
  const all = query<{ id: string }>`
    SELECT id FROM accounts WHERE NOT ${raw(removed('accounts.id', 'accounts.id'))} ORDER BY id`;
  const [rows] = await batch(db as never, [all]);
  return rows.map(({ id }) => id);
}

/**
 * Exports one account. The file gets its name once it is complete, and each of its lines is one that an import takes.
 *
 * @returns the outcome in words.
 */
async function exportInto(folder: string, account: string, db: D1Database, shard: number): Promise<string> {
  const file = join(folder, `${account}.jsonl`);
  if (existsSync(file)) return 'is complete already';
  const unfinished = `${file}.part`;
  const { cursor, bytes } = existsSync(unfinished) ? await lastCursorIn(unfinished) : { bytes: 0 };
  const handle = await open(unfinished, bytes ? 'r+' : 'w');
  try {
    await handle.truncate(bytes);
    let at = bytes;
    for await (const lines of partsOf(account, db, shard, cursor)) {
      const text = Buffer.from(lines);
      await handle.write(text, 0, text.length, at);
      at += text.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const { counts } = await readCopy(unfinished);
  renameSync(unfinished, file);
  return `${Object.values(counts).reduce((sum, count) => sum + count, 0)} rows${cursor ? ', continued' : ''}`;
}

/** Where an unfinished export continues: its last cursor, and the bytes up to the end of that line. */
async function lastCursorIn(file: string): Promise<{ cursor?: string; bytes: number }> {
  let position = 0;
  let rest = '';
  let last: { cursor?: string; bytes: number } = { bytes: 0 };
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      position += Buffer.byteLength(line) + 1;
      const [, cursor] = /^\{"type":"cursor","cursor":"([^"]+)"\}$/.exec(line) ?? [];
      if (cursor) last = { cursor, bytes: position };
    }
  }
  return last;
}

/** The parts of an export, answer after answer, without the header of a continued one. */
async function* partsOf(
  account: string,
  db: D1Database,
  shard: number,
  from: string | undefined,
): AsyncGenerator<string> {
  const scope = system(account);
  const run = async (first: Plan): Promise<Part> => {
    // Another export of the account may have begun: the problem says how long to wait.
    for (let tries = 1; ; tries++) {
      try {
        return await runPlan(first, account, db);
      } catch (error) {
        const waitSeconds =
          error instanceof Problem ? Number(error.extra.headers?.['retry-after']) : Number.NaN;
        if (Number.isNaN(waitSeconds) || tries === TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitSeconds * 1000));
      }
    }
  };
  let cursor = from;
  for (;;) {
    const input = { query: { cursor }, now: Date.now(), shard: { number: shard, db, region: null } };
    let part = await run(await exportAccount.run(scope, input as never));
    if (cursor === undefined) yield part.lines;
    let last = part.lines;
    while (part.next) {
      const startedAt = Date.now();
      part = await run(part.next(scope));
      yield part.lines;
      last = part.lines;
      // The database is free for as long as the part took, as in an export by the account.
      await new Promise((resolve) => setTimeout(resolve, Date.now() - startedAt));
    }
    const end: { type: string; cursor?: string } = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '');
    if (end.type !== 'cursor') return;
    cursor = end.cursor;
  }
}

/** Runs a plan and those that it leads to, for the account itself. */
async function runPlan(first: Plan, account: string, db: D1Database): Promise<Part> {
  let plan = first;
  for (;;) {
    const { statements, repeatable } = plan;
    const results = statements.length
      ? await new Connection(db as never).batch(statements, { repeatable })
      : [];
    const outcome: unknown = await plan.answer(results, { account, readsReplica: false, actor: null });
    if (outcome instanceof Part) return outcome;
    if (!(outcome instanceof Plan)) throw new Error('an export has only parts');
    plan = outcome;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Problem) return error.detail;
  if (!(error instanceof Error)) return String(error);
  return error.cause ? `${error.message} (${error.cause})` : error.message;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await exportAll(process.argv.slice(2), console.log);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
