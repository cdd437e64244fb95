/** An export from an earlier release still imports: format-1.jsonl is from commit adf949e. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import file from './format-1.jsonl?raw';
import { dataLines, emptyCopy, exportOf, importInto, linesIn } from './support.ts';

/** The file contains the hash of this key. */
const API_KEY = `sk_${'x'.repeat(32)}`;

it('imports every member of every line, and the import exports them again', async () => {
  const lines = linesIn(file);
  const db = await emptyCopy();
  expect(await importInto(db, lines)).toBe(true);
  const before = dataLines(lines).map((line) =>
    line.type === 'end' ? { ...line, counts: { ...(line.counts as object), endpoint: 0 } } : line,
  );
  const after = dataLines(await exportOf(API_KEY, { db }));
  // A later release may add members to a line and to its recurrence, and types to the counts.
  expect(after).toMatchObject(before);
});

it('imports a booking that the previous release made, which has no change token', async () => {
  const lines = linesIn(file);
  await importInto(env.DB, lines);
  await env.DB.prepare('UPDATE bookings SET change_token = NULL').run();
  const moved = (await exportOf(API_KEY)).map((line) =>
    line.type === 'export'
      ? { ...line, account: 'another' }
      : line.type === 'account'
        ? { ...line, id: 'another' }
        : line.type === 'apiKey'
          ? { ...line, hash: `${line.hash}x` }
          : line,
  );
  expect(await importInto(await emptyCopy(), moved)).toBe(true);
});
