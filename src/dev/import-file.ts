/** Reads an export file line by line, since it may be larger than the memory of this machine. */
import { createReadStream } from 'node:fs';
import { lineChecker } from '../export/check-line.ts';
import type { Copy, Line } from '../export/import.ts';
import { FORMAT, tables } from '../export/tables.ts';
import { inLowerCase, isUuid } from '../validation/schemas.ts';

/**
 * Reads the file once from start to end, to check that it is complete, and each line against the schemas and limits of the
 * routes.
 *
 * @throws Error for another format, a line that no request could have written, a missing end, or an end whose counts do not
 *   match the lines. It names the line and the reason.
 */
export async function readCopy(file: string): Promise<Copy> {
  const counts: Record<string, number> = Object.fromEntries(tables.map(({ type }) => [type, 0]));
  let header: Line | undefined;
  let end: Line | undefined;
  let check: ReturnType<typeof lineChecker> | undefined;
  for await (const [line, number] of linesIn(file)) {
    const { type } = line;
    if (end) throw new Error(`line ${number} comes after the line "end". Export the account again.`);
    if (!header) {
      if (type !== 'export' || line.format !== FORMAT)
        throw new Error(
          `${file} is not an export of format ${FORMAT}. Name a file that account.export() wrote.`,
        );
      if (!isUuid(String(line.account)) || line.account !== inLowerCase(String(line.account)))
        throw new Error(`line ${number}: account must be a UUID in lower case`);
      header = line;
      check = lineChecker(line.account);
    } else if (type === 'end') end = line;
    else if (type === 'problem')
      throw new Error(
        printable(`the export failed: ${JSON.stringify(line.problem)}. Export the account again.`),
      );
    else if (Object.hasOwn(counts, type)) {
      const reason = await check?.(line);
      if (reason)
        throw new Error(printable(`line ${number}, of type ${type}: ${reason}. Nothing was imported.`));
      counts[type] = (counts[type] ?? 0) + 1;
    } else if (type !== 'cursor') {
      throw new Error(printable(`line ${number} has the unknown type "${type}"`));
    }
  }
  if (!header || !end)
    throw new Error(`${file} is incomplete: it has no line "end". Continue the export from its last cursor.`);
  if (counts.account !== 1) throw new Error(`${file} has no line of type account`);
  const expected = (end.counts ?? {}) as Readonly<Record<string, number>>;
  for (const [type, count] of Object.entries(counts)) {
    // An export from before a table was added does not count it.
    if ((expected[type] ?? 0) !== count)
      throw new Error(
        `${file} has ${count} lines of ${type}, and its line "end" counts ${expected[type]}. Export the account again.`,
      );
  }
  return {
    account: String(header.account),
    counts,
    async *linesOf(type) {
      for await (const [line] of linesIn(file)) if (line.type === type) yield line;
    },
  };
}

/** The lines with their numbers. `node:readline` would also end a line at U+2028, which JSON text may contain. */
async function* linesIn(file: string): AsyncGenerator<[Line, number]> {
  let number = 0;
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const texts = (rest + chunk).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) yield [parse(text, ++number), number];
  }
  if (rest) yield [parse(rest, ++number), number];
}

function parse(text: string, number: number): Line {
  try {
    const line: unknown = JSON.parse(text);
    if (line instanceof Object && typeof (line as Line).type === 'string') return line as Line;
  } catch {
    // It throws below.
  }
  throw new Error(`line ${number} is not a line of an export: expected a JSON object with a "type"`);
}

/** A sentence for the terminal: what the file says may hold control characters. */
const printable = (sentence: string): string =>
  sentence.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
