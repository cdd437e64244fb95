/**
 * Walks over a whole table in stretches, over as many runs as that takes, from the position that is kept. At the end a walk
 * rests.
 */
import { batch, Outage } from '../db/connection.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { reportFailure } from '../report-failure.ts';

export interface Walk {
  name: string;
  /** The rows of one stretch. */
  rows: number;
  /** A walk begins this long after the one before began, or when that one ends, if that is later. */
  restMs: number;
  /** The position of the last row of the stretch; no row where the table ends before. A position is JSON. */
  end(position: string | null, rows: number): Query<{ position: string }>;
  /** What the walk does to the rows of a stretch. */
  change(position: string | null, rows: number, now: number): Sql;
}

interface WalkRow {
  name: string;
  position: string | null;
  started_at: number;
}

/** A walk that is under way. */
export interface Walking {
  name: string;
  row: WalkRow;
  /** Whether it did a stretch in this run. */
  moved: boolean;
  /** Does one stretch, and returns whether the table goes on. */
  step(db: D1Database, now: number): Promise<boolean>;
}

/**
 * The walks that are under way, or begin now.
 *
 * @param now milliseconds since the epoch.
 */
export async function loadWalks(db: D1Database, walks: readonly Walk[], now: number): Promise<Walking[]> {
  const [rows] = await batch(db, [query<WalkRow>`SELECT name, position, started_at FROM walks`]);
  return walks.flatMap((walk) => {
    const row = rows.find(({ name }) => name === walk.name);
    if (row && row.position !== null) return [walking(walk, row)];
    const rests = row && now >= row.started_at && now < row.started_at + walk.restMs;
    return rests ? [] : [walking(walk, { name: walk.name, position: null, started_at: now })];
  });
}

/** A stretch that fails is halved down to the row that fails, which the walk passes over: it stops at no row. */
function walking({ name, rows, end, change }: Walk, row: WalkRow): Walking {
  let length = rows;
  return {
    name,
    row,
    moved: false,
    async step(db, now) {
      const toEnd = end(row.position, length);
      const run = batch(db, [toEnd, change(row.position, length, now)]).catch((error: unknown) => {
        if (error instanceof Outage) throw error;
        if (length > 1) return null;
        reportFailure(`walk over ${name}`, error);
        return batch(db, [toEnd]);
      });
      const results = await run;
      if (!results) {
        length >>= 1;
        return true;
      }
      if (length === 1) length = rows;
      const [[last]] = results;
      row.position = last?.position ?? null;
      this.moved = true;
      return last !== undefined;
    },
  };
}

/** Keeps the positions. */
export async function saveWalks(db: D1Database, walks: readonly Walking[]): Promise<void> {
  const moved = walks.filter(({ moved }) => moved);
  if (moved.length === 0) return;
  const rows = JSON.stringify(moved.map(({ row }) => row));
  await batch(db, [
    sql`INSERT INTO walks (name, position, started_at)
      SELECT value ->> 'name', value ->> 'position', value ->> 'started_at' FROM json_each(${rows}) WHERE true
      ON CONFLICT DO UPDATE SET position = excluded.position, started_at = excluded.started_at`,
  ]);
}
