/**
 * A copy of an account, as lines of JSON. It comes in parts, each of which is a round trip that proves the API key anew;
 * so a removed key ends it. After each part stands a cursor, from which another request goes on.
 */
import * as v from 'valibot';
import { seal, unseal } from '../crypto/seal.ts';
import type { Scope } from '../db/scope.ts';
import { selectSecret } from '../db/secrets.ts';
import type { Query } from '../db/sql.ts';
import type { Table } from '../db/table.ts';
import { read } from '../operation.ts';
import { Plan, plan } from '../plan.ts';
import { cursorKeyOf } from '../resources/lists.ts';
import type { ExportLine } from '../sdk/types.ts';
import { invalid } from '../validation/schemas.ts';
import { Part } from './part.ts';
import { selectBounds, selectRows, selectSeqs } from './sql.ts';
import { FORMAT, lineOf, tables } from './tables.ts';

/** Rows of a part, and bytes of JSON in them: what an isolate holds at a time. */
const PART_MAX_ROWS = 1000;
const PART_MAX_BYTES = 1_000_000;

/** `seq`s that are found at once: each time, all of the account's entries in one index are read. */
const STRETCH_ROWS = 20_000;

/** Parts of one answer. Each is two queries, or four; D1 grants a request 1,000 of them. */
const PARTS_MAX = 400;

const CONTEXT = `export ${FORMAT}`;

/** How far it has come. */
interface Progress {
  account: string;
  /** The number of the table, and the `seq` after which it goes on. */
  table: number;
  after: number;
  /** The last `seq` of each table: see `selectBounds`. */
  until: readonly number[];
  /** The lines of each table so far. */
  counts: readonly number[];
}

export const exportAccount = read({
  streams: true,
  query: v.object({ cursor: v.optional(v.string('must be a cursor of an export')) }),
  run: (scope, { query: { cursor }, now, shard: { db } }) =>
    new Plan<Part<ExportLine>, Query>(
      [selectSecret('cursors'), selectBounds(scope)],
      async ([secrets = [], bounds = []], caller) => {
        const account = String(caller.account);
        const key = await cursorKeyOf(db, secrets as { value: string }[]);
        const until: number[] = JSON.parse((bounds[0] as { bounds: string }).bounds);
        const start = { account, table: 0, after: 0, until, counts: tables.map(() => 0) };
        const place = cursor === undefined ? start : await open(key, cursor);
        if (place.account !== account) throw forged();
        const header = `${JSON.stringify({ type: 'export', format: FORMAT, account, at: now })}\n`;
        return new Part<ExportLine>(header, (scope) =>
          step(scope, { key, place, seqs: [], last: false, parts: PARTS_MAX }),
        );
      },
    ),
});

interface Course {
  key: CryptoKey;
  place: Progress;
  /** Those that have been found, and not read yet. */
  seqs: readonly number[];
  /** Whether the table has none after them. */
  last: boolean;
  /** How many are left of this answer. */
  parts: number;
}

function step(scope: Scope, course: Course): Plan {
  const { place, seqs } = course;
  const number = tables.findIndex((_, i) => i >= place.table && place.until[i]);
  const table = tables[number];
  if (!table) return plan([], () => new Part(endOf(place), null));
  if (seqs.length) return partOf(scope, table, course);
  const after = number === place.table ? place.after : 0;
  const at = { ...place, table: number, after };
  const bounds = { after, until: place.until[number] ?? 0, limit: STRETCH_ROWS };
  return plan([selectSeqs(scope, table, bounds)], ([found]): Plan => {
    const seqs: number[] = JSON.parse(found?.seqs ?? '[]');
    const last = seqs.length < STRETCH_ROWS;
    if (seqs.length) return partOf(scope, table, { ...course, place: at, seqs, last });
    return step(scope, { ...course, place: { ...at, table: number + 1, after: 0 } });
  });
}

function partOf(scope: Scope, table: Table, { key, place, seqs, last, parts }: Course): Plan {
  const wanted = seqs.slice(0, PART_MAX_ROWS);
  return plan([selectRows(scope, table, wanted, PART_MAX_BYTES)], async (rows) => {
    // Rows may have gone meanwhile; and where they are large, not all of them came.
    const after = rows.at(-1)?.seq ?? wanted.at(-1) ?? 0;
    const rest = seqs.filter((seq) => seq > after);
    const counts = place.counts.map((count, i) => (i === place.table ? count + rows.length : count));
    const at = last && !rest.length ? { table: place.table + 1, after: 0 } : { after };
    const next = { ...place, ...at, counts };
    const cursor = await seal(key, CONTEXT, JSON.stringify(next));
    const lines = rows.map((row) => lineOf(table, row)).join('');
    const course = { key, place: next, seqs: rest, last, parts: parts - 1 };
    return new Part(
      `${lines}${JSON.stringify({ type: 'cursor', cursor })}\n`,
      parts > 1 ? (scope) => step(scope, course) : null,
    );
  });
}

const endOf = ({ counts }: Progress): string =>
  `${JSON.stringify({ type: 'end', counts: Object.fromEntries(tables.map(({ type }, i) => [type, counts[i]])) })}\n`;

async function open(key: CryptoKey, cursor: string): Promise<Progress> {
  const text = await unseal(key, CONTEXT, cursor);
  if (text === null) throw forged();
  return JSON.parse(text);
}

const forged = () => invalid([{ path: 'cursor', reason: 'must be a cursor of an export of this account' }]);
