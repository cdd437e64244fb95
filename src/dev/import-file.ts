/** A copy of an account in a file, line by line: it may be larger than what this machine can hold. */
import { createReadStream } from 'node:fs';
import type { Copy, Line } from '../export/import.ts';
import { FORMAT, tables } from '../export/tables.ts';

/**
 * Reads it through once.
 *
 * @throws Error for what is not a whole copy: another format, another line than the format has, no end, or an end that
 *   counts other lines than are there.
 */
export async function readCopy(file: string): Promise<Copy> {
  const counts: Record<string, number> = Object.fromEntries(tables.map(({ type }) => [type, 0]));
  let header: Line | undefined;
  let end: Line | undefined;
  for await (const [line, number] of linesIn(file)) {
    const { type } = line;
    if (end) throw new Error(`line ${number} comes after the end`);
    if (!header) {
      if (type !== 'export' || line.format !== FORMAT)
        throw new Error(`it does not begin with the first line of an export of format ${FORMAT}`);
      header = line;
    } else if (type === 'end') end = line;
    else if (type === 'problem') throw new Error(`it was broken off: ${JSON.stringify(line.problem)}`);
    else if (type in counts) counts[type] = (counts[type] ?? 0) + 1;
    else if (type !== 'cursor') throw new Error(`line ${number} has the unknown type "${type}"`);
  }
  if (!header || !end) throw new Error('its end is missing: it is not whole');
  const told = end.counts as Readonly<Record<string, number>>;
  for (const [type, count] of Object.entries(counts)) {
    if (told[type] !== count)
      throw new Error(`it has ${count} lines of ${type}, and its end says ${told[type]}`);
  }
  return {
    account: String(header.account),
    counts,
    async *linesOf(type) {
      for await (const [line] of linesIn(file)) if (line.type === type) yield line;
    },
  };
}

/** Only a line feed ends a line; `node:readline` takes U+2028 for an end, too, which JSON may hold. */
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
    // Told below.
  }
  throw new Error(`line ${number} is not a line of an export`);
}
