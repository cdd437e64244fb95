/**
 * Exports an account as JSON Lines. The export comes in parts. Each part is a round trip of its own that proves the API
 * key again, so that a removed key ends the export; and each part ends with a cursor, from which another request
 * continues.
 *
 * An account has one export at a time: the latest. An answer writes its id with the first part that reads rows, and every
 * part after it reads only while that id is the latest. So a newer export ends an older one, and one that broke off holds
 * up nobody. The header writes nothing: a HEAD, or a client that never reads on, ends no export.
 */
import { seal, unseal } from '../crypto/seal.ts';
import type { Scope } from '../db/scope.ts';
import { selectSecret } from '../db/secrets.ts';
import { within } from '../db/sizes.ts';
import type { Query } from '../db/sql.ts';
import type { Table } from '../db/table.ts';
import { EXPORT_PART_MAX, EXPORT_PARTS_MAX } from '../limits.ts';
import { read } from '../operation.ts';
import { Plan, plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import { cursorKeyOf } from '../resources/lists.ts';
import type { ExportLine } from '../sdk/types.ts';
import { cursor, invalid, parameters } from '../validation/schemas.ts';
import { Part } from './part.ts';
import {
  type BoundsRow,
  partLimit,
  SEQS_MAX,
  selectBounds,
  selectRows,
  selectSeqs,
  selectTurn,
  takeTurn,
  whileLatest,
} from './sql.ts';
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
  /** The id of this answer: see `takeTurn`. */
  id: string;
  /** Whether this answer has made itself the account's latest export. */
  begun: boolean;
  position: ExportPosition;
  /** The `seq`s of the rows to export of the table, in order, and the index of the first that is left. */
  seqs: readonly number[];
  first: number;
  /** The number of parts that this answer may still have. */
  partsLeft: number;
}

export const exportAccount = read({
  streams: true,
  query: parameters({ cursor }),
  run: (scope, { query: { cursor }, now, shard: { db } }) =>
    new Plan<Part<ExportLine>, Query>(
      [selectSecret('cursors'), selectBounds(scope)],
      async ([secrets = [], found = []], principal) => {
        const account = String(principal.account);
        const key = await cursorKeyOf(db, secrets as { value: string }[]);
        const { bounds, wait_ms } = (found[0] ?? {}) as BoundsRow;
        const until: number[] = JSON.parse(bounds);
        const start = { account, table: 0, after: 0, until, counts: tables.map(() => 0) };
        const position = cursor === undefined ? start : await openCursor(key, cursor);
        if (position.account !== account) throw forgedCursor();
        if (wait_ms !== null && wait_ms > 0) throw tooSoon(wait_ms);
        const header = `${JSON.stringify({ type: 'export', format: FORMAT, account, at: now })}\n`;
        return new Part<ExportLine>(header, (scope) =>
          nextPart(scope, {
            key,
            id: crypto.randomUUID(),
            begun: false,
            position,
            seqs: [],
            first: 0,
            partsLeft: EXPORT_PARTS_MAX,
          }),
        );
      },
    ),
});

/** Plans the next part, which reads rows whose `seq`s are known, finds more `seq`s, or ends the export. */
function nextPart(scope: Scope, progress: Progress): Plan {
  const { position, seqs, first } = progress;
  const index = tables.findIndex((_, i) => i >= position.table && position.until[i]);
  const table = tables[index];
  if (!table) return plan([], () => new Part(endOf(position), null));
  if (first < seqs.length) return partOf(scope, table, progress);
  const after = index === position.table ? position.after : 0;
  const next = { ...progress, position: { ...position, table: index, after } };
  return seqsOf(scope, table, next, { found: [], last: null });
}

/** Plans the look for the `seq`s of the table, `SEQS_MAX` at a time. */
function seqsOf(
  scope: Scope,
  table: Table,
  progress: Progress,
  { found, last }: { found: readonly number[]; last: string | null },
): Plan {
  const { position, id, begun } = progress;
  const bounds = { after: position.after, until: position.until[position.table] ?? 0 };
  const turn = begun ? selectTurn(scope, id) : takeTurn(scope, id);
  return plan(
    [turn, selectSeqs(whileLatest(scope, id), table, bounds, last)] as const,
    (latest, [row]): Plan => {
      if (!latest.length || !row) throw begun ? new Problem('export-replaced') : tooSoon();
      const seqs = found.concat(JSON.parse(row.seqs) as number[]);
      const next = { ...progress, begun: true };
      if (row.n === SEQS_MAX) return seqsOf(scope, table, next, { found: seqs, last: row.last });
      if (seqs.length)
        return partOf(scope, table, { ...next, seqs: seqs.toSorted((a, b) => a - b), first: 0 });
      return nextPart(scope, { ...next, position: { ...position, table: position.table + 1, after: 0 } });
    },
    { repeatable: true },
  );
}

function partOf(scope: Scope, table: Table, progress: Progress): Plan {
  const { key, position, seqs, first, partsLeft } = progress;
  const wanted = seqs.slice(first, first + EXPORT_PART_MAX);
  return plan([selectTurn(scope, progress.id), selectRows(scope, table, wanted)], async (latest, found) => {
    if (!latest.length) throw new Problem('export-replaced');
    const rows = found.slice(0, Math.max(1, within(found, partLimit)));
    // Rows may have been deleted meanwhile, and large rows may not all fit.
    const after = rows.at(-1)?.seq ?? wanted.at(-1) ?? 0;
    const exported = wanted.findIndex((seq) => seq > after);
    const next = first + (exported < 0 ? wanted.length : exported);
    const counts = position.counts.map((count, i) => (i === position.table ? count + rows.length : count));
    const at = next === seqs.length ? { table: position.table + 1, after: 0 } : { after };
    const then = { ...position, ...at, counts };
    const cursor = await seal(key, CURSOR_CONTEXT, JSON.stringify(then));
    const lines = rows.map((row) => lineOf(table, row)).join('');
    const left = { ...progress, position: then, first: next, partsLeft: partsLeft - 1 };
    return new Part(
      `${lines}${JSON.stringify({ type: 'cursor', cursor })}\n`,
      partsLeft > 1 ? (scope) => nextPart(scope, left) : null,
    );
  });
}

/** @param waitMs how long the caller has to wait; null: another export has begun at the same time. */
const tooSoon = (waitMs: number | null = null): Problem =>
  new Problem(
    'rate-limited',
    'An export of this account has begun a moment ago. The more rows an account has, the longer it waits for its next export.',
    waitMs === null ? {} : { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } },
  );

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
