/**
 * A database with a lagging replica: a session that may read from a replica sees the state of the last `catchUp`, unless
 * its bookmark is newer. A second database holds that state, and a test decides when it is copied from the primary.
 * (SQLite cannot read a past state, and a local D1 has no replicas.)
 */
import { env } from 'cloudflare:workers';
import { snapshot } from './database.ts';

export interface Lagging {
  db: D1Database;
  /** The database that answered each batch, in order; empties the list. */
  answered(): ('primary' | 'replica')[];
  /** Copies the current state to the replica. */
  catchUp(): Promise<void>;
  /** From now on reads that do not require the primary fail with this error, or hang. Resolves at the first such read. */
  fail(error: Error | 'hang' | null): Promise<void>;
}

type Tables = Record<string, Record<string, unknown>[]>;

/** DB_US holds the state of the replica, without its triggers. */
export async function lagging(): Promise<Lagging> {
  const [primary, replica] = [env.DB, env.DB_US];
  let copiedUpTo = '';
  let failure: Error | 'hang' | null = null;
  let onRead = () => {};
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
    // A changed row is updated in place, since its deletion would cascade.
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
    copiedUpTo = await bookmarkOf(primary);
  }

  function withSession(from = 'first-unconstrained') {
    let bookmark = from.startsWith('first-') ? null : from;
    let unconstrained = from === 'first-unconstrained';
    return {
      prepare: (text: string) => ({ bind: (...values: unknown[]) => ({ text, values }) }),
      async batch(statements: { text: string; values: unknown[] }[]) {
        const fromReplica: boolean = unconstrained || (bookmark !== null && bookmark <= copiedUpTo);
        if (unconstrained || bookmark !== null) {
          onRead();
          if (failure === 'hang') return new Promise<never>(() => {});
          if (failure) throw failure;
        }
        answered.push(fromReplica ? 'replica' : 'primary');
        const session = (fromReplica ? replica : primary).withSession('first-primary');
        const results = await session.batch(
          statements.map(({ text, values }) => session.prepare(text).bind(...values)),
        );
        const reached = fromReplica ? copiedUpTo : (session.getBookmark() as string);
        if (bookmark === null || bookmark < reached) bookmark = reached;
        unconstrained = false;
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
        onRead = resolve;
      });
    },
  };
}

/** The columns of each table, without generated ones, which cannot be written. */
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
