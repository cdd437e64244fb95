/**
 * A database with replicas that lag: what a session reads without being bound to the primary is of the time at which the
 * replica last heard of it, unless its bookmark asks for more. The past is a second database, which is made equal to the
 * primary whenever a test says so. (SQLite tells nothing of the past, and a local D1 has no replicas.)
 */
import { env } from 'cloudflare:workers';
import { snapshot } from './database.ts';

export interface Lagging {
  db: D1Database;
  /** Where each batch was answered, in order; empties the list. */
  answered(): ('primary' | 'replica')[];
  /** The replica hears of all that was done up to now. */
  catchUp(): Promise<void>;
  /** From now on it fails like this, or never answers. Resolves once it is asked. */
  fail(error: Error | 'hang' | null): Promise<void>;
}

type Tables = Record<string, Record<string, unknown>[]>;

/** The past is in DB_US, without its triggers. */
export async function lagging(): Promise<Lagging> {
  const [primary, replica] = [env.DB, env.DB_US];
  let heard = '';
  let failure: Error | 'hang' | null = null;
  let asked = () => {};
  let answered: ('primary' | 'replica')[] = [];

  const stored = await columnsOf(Object.keys(await snapshot(primary)));
  const triggers = await replica.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  await replica.batch(triggers.results.map(({ name }) => replica.prepare(`DROP TRIGGER "${name}"`)));
  let copied: Tables = await snapshot(replica);

  async function catchUp() {
    const tables: Tables = await snapshot(primary);
    const changes = (from: Tables, to: Tables, sql: (name: string, columns: string[]) => string) =>
      Object.entries(to).flatMap(([name, rows]) => {
        const known = new Set(from[name]?.map((row) => JSON.stringify(row)));
        const columns = stored[name] ?? [];
        return rows
          .filter((row) => !known.has(JSON.stringify(row)))
          .map((row) => replica.prepare(sql(name, columns)).bind(...columns.map((column) => row[column])));
      });
    // What has changed is updated in place: to delete it would take along what refers to it.
    const upsert = (name: string, columns: string[]) =>
      `INSERT INTO "${name}" (${columns}) VALUES (${columns.map(() => '?')})
       ON CONFLICT DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`)}`;
    const remove = (name: string, columns: string[]) =>
      `DELETE FROM "${name}" WHERE ${columns.map((column) => `${column} IS ?`).join(' AND ')}`;
    await replica.batch([
      replica.prepare('PRAGMA defer_foreign_keys = on'),
      ...changes(copied, tables, upsert),
      ...changes(tables, copied, remove),
    ]);
    copied = tables;
    heard = await bookmarkOf(primary);
  }

  function withSession(from = 'first-unconstrained') {
    let bookmark = from.startsWith('first-') ? null : from;
    let free = from === 'first-unconstrained';
    return {
      prepare: (text: string) => ({ bind: (...values: unknown[]) => ({ text, values }) }),
      async batch(statements: { text: string; values: unknown[] }[]) {
        const near: boolean = free || (bookmark !== null && bookmark <= heard);
        if (free || bookmark !== null) {
          asked();
          if (failure === 'hang') return new Promise<never>(() => {});
          if (failure) throw failure;
        }
        answered.push(near ? 'replica' : 'primary');
        const session = (near ? replica : primary).withSession('first-primary');
        const results = await session.batch(
          statements.map(({ text, values }) => session.prepare(text).bind(...values)),
        );
        const reached = near ? heard : (session.getBookmark() as string);
        if (bookmark === null || bookmark < reached) bookmark = reached;
        free = false;
        return results;
      },
      getBookmark: () => bookmark,
    };
  }

  await catchUp();
  return {
    db: { prepare: primary.prepare.bind(primary), withSession } as unknown as D1Database,
    answered() {
      const all = answered;
      answered = [];
      return all;
    },
    catchUp,
    fail(error) {
      failure = error;
      return new Promise((resolve) => {
        asked = resolve;
      });
    },
  };
}

/** By table; those that are generated are not there to be written. */
async function columnsOf(names: string[]): Promise<Record<string, string[]>> {
  const found = await env.DB.batch<{ name: string }>(
    names.map((name) => env.DB.prepare('SELECT name FROM pragma_table_info(?)').bind(name)),
  );
  return Object.fromEntries(
    names.map((name, i) => [name, (found[i]?.results ?? []).map((column) => column.name)]),
  );
}

async function bookmarkOf(db: D1Database): Promise<string> {
  const session = db.withSession('first-primary');
  await session.prepare('SELECT 1').run();
  return session.getBookmark() as string;
}
