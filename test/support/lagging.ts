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

/** DB_US holds the state of the replica. */
export async function lagging(): Promise<Lagging> {
  const [primary, replica] = [env.DB, env.DB_US];
  let copiedUpTo = '';
  let failure: Error | 'hang' | null = null;
  let onRead = () => {};
  let answered: ('primary' | 'replica')[] = [];

  async function catchUp() {
    const tables = await snapshot(primary);
    const names = Object.keys(tables);
    const stored = await columnsOf(names);
    const triggers = await replica
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
      .all<{ name: string; sql: string }>();
    await replica.batch([
      replica.prepare('PRAGMA defer_foreign_keys = on'),
      ...triggers.results.map(({ name }) => replica.prepare(`DROP TRIGGER "${name}"`)),
      ...names.map((name) => replica.prepare(`DELETE FROM "${name}"`)),
      ...names.flatMap((name) =>
        (tables[name] as Record<string, unknown>[]).map((row) => {
          const columns = stored[name] ?? [];
          return replica
            .prepare(`INSERT INTO "${name}" (${columns.join(', ')}) VALUES (${columns.map(() => '?')})`)
            .bind(...columns.map((column) => row[column]));
        }),
      ),
      ...triggers.results.map(({ sql }) => replica.prepare(sql)),
    ]);
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
