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

/** The past is in DB_US. */
export async function lagging(): Promise<Lagging> {
  const [primary, replica] = [env.DB, env.DB_US];
  let heard = '';
  let failure: Error | 'hang' | null = null;
  let asked = () => {};
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
