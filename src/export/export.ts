/**
 * Exports an account as JSON Lines. The export comes in parts. Each part is a round trip of its own that proves the API
 * key again, so that a removed key ends the export; and each part ends with a cursor, from which another request
 * continues.
 */
import * as v from 'valibot';
import { seal, unseal } from '../crypto/seal.ts';
import type { Scope } from '../db/scope.ts';
import { selectSecret } from '../db/secrets.ts';
import { within } from '../db/sizes.ts';
import type { Query } from '../db/sql.ts';
import type { Table } from '../db/table.ts';
import { EXPORT_PART_MAX, EXPORT_PARTS_MAX } from '../limits.ts';
import { read } from '../operation.ts';
import { Plan, plan } from '../plan.ts';
import { cursorKeyOf } from '../resources/lists.ts';
import type { ExportLine } from '../sdk/types.ts';
import { invalid } from '../validation/schemas.ts';
import { Part } from './part.ts';
import { partLimit, selectBounds, selectRows, selectSeqs } from './sql.ts';
import { FORMAT, lineOf, tables } from './tables.ts';

const CURSOR_CONTEXT = `export ${FORMAT}`;

/** How far an export has come. A cursor seals it. */
interface ExportPosition {
  account: string;
  /** The index of the table in `tables`. */
  table: number;
  /** The `seq` of the last row that was exported of that table. */
  after: number;
  /** The last `seq` of each table: see `selectBounds`. */
  until: readonly number[];
  /** The number of exported lines of each table. */
  counts: readonly number[];
}

/** The state between two parts of one answer. */
interface Progress {
  key: CryptoKey;
  position: ExportPosition;
  /** The `seq`s of the table that are left. */
  seqs: readonly number[];
  /** The number of parts that this answer may still have. */
  partsLeft: number;
}

export const exportAccount = read({
  streams: true,
  query: v.object({ cursor: v.optional(v.string('must be a cursor of an export')) }),
  run: (scope, { query: { cursor }, now, shard: { db } }) =>
    new Plan<Part<ExportLine>, Query>(
      [selectSecret('cursors'), selectBounds(scope)],
      async ([secrets = [], bounds = []], principal) => {
        const account = String(principal.account);
        const key = await cursorKeyOf(db, secrets as { value: string }[]);
        const until: number[] = JSON.parse((bounds[0] as { bounds: string }).bounds);
        const start = { account, table: 0, after: 0, until, counts: tables.map(() => 0) };
        const position = cursor === undefined ? start : await openCursor(key, cursor);
        if (position.account !== account) throw forgedCursor();
        const header = `${JSON.stringify({ type: 'export', format: FORMAT, account, at: now })}\n`;
        return new Part<ExportLine>(header, (scope) =>
          nextPart(scope, { key, position, seqs: [], partsLeft: EXPORT_PARTS_MAX }),
        );
      },
    ),
});

/** Plans the next part, which reads rows whose `seq`s are known, finds more `seq`s, or ends the export. */
function nextPart(scope: Scope, progress: Progress): Plan {
  const { position, seqs } = progress;
  const index = tables.findIndex((_, i) => i >= position.table && position.until[i]);
  const table = tables[index];
  if (!table) return plan([], () => new Part(endOf(position), null));
  if (seqs.length) return partOf(scope, table, progress);
  const after = index === position.table ? position.after : 0;
  const at = { ...position, table: index, after };
  const bounds = { after, until: position.until[index] ?? 0 };
  return plan([selectSeqs(scope, table, bounds)], (found): Plan => {
    const arrays = Object.values(found[0] ?? {});
    const seqs = arrays.flatMap((array) => JSON.parse(array) as number[]).sort((a, b) => a - b);
    if (seqs.length) return partOf(scope, table, { ...progress, position: at, seqs });
    return nextPart(scope, { ...progress, position: { ...at, table: index + 1, after: 0 } });
  });
}

function partOf(scope: Scope, table: Table, { key, position, seqs, partsLeft }: Progress): Plan {
  const wanted = seqs.slice(0, EXPORT_PART_MAX);
  return plan([selectRows(scope, table, wanted)], async (found) => {
    const rows = found.slice(0, Math.max(1, within(found, partLimit)));
    // Rows may have been deleted meanwhile, and large rows may not all fit.
    const after = rows.at(-1)?.seq ?? wanted.at(-1) ?? 0;
    const rest = seqs.filter((seq) => seq > after);
    const counts = position.counts.map((count, i) => (i === position.table ? count + rows.length : count));
    const at = !rest.length ? { table: position.table + 1, after: 0 } : { after };
    const next = { ...position, ...at, counts };
    const cursor = await seal(key, CURSOR_CONTEXT, JSON.stringify(next));
    const lines = rows.map((row) => lineOf(table, row)).join('');
    const progress = { key, position: next, seqs: rest, partsLeft: partsLeft - 1 };
    return new Part(
      `${lines}${JSON.stringify({ type: 'cursor', cursor })}\n`,
      partsLeft > 1 ? (scope) => nextPart(scope, progress) : null,
    );
  });
}

/** The last line, which counts the lines of each type. */
const endOf = ({ counts }: ExportPosition): string =>
  `${JSON.stringify({ type: 'end', counts: Object.fromEntries(tables.map(({ type }, i) => [type, counts[i]])) })}\n`;

async function openCursor(key: CryptoKey, cursor: string): Promise<ExportPosition> {
  const text = await unseal(key, CURSOR_CONTEXT, cursor);
  if (text === null) throw forgedCursor();
  return JSON.parse(text);
}

const forgedCursor = () =>
  invalid([{ path: 'cursor', reason: 'must be a cursor of an export of this account' }]);
