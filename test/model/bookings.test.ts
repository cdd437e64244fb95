/**
 * Random sequences of every request that touches bookings, each checked against the contract. `npm run fuzz -- --operations
 * 20000 --seed 7` makes more of them; a failure prints its seed and the shortest sequence that still fails.
 */

import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operation } from './commands.ts';
import { KNOWN } from './known.ts';
import { type Outcome, run } from './run.ts';

const { FUZZ_OPERATIONS, FUZZ_SEED, FUZZ_ALL } = env;
const OPERATIONS = Number(FUZZ_OPERATIONS);
const SEED = Number(FUZZ_SEED);
const LENGTH = 60;

/** What a sequence is told by: the first of its faults that is not known. */
const ruleOf = ({ faults }: Outcome, known: ReadonlySet<string>) =>
  faults.map(({ rule }) => rule).find((rule) => !known.has(rule));

// The log of thousands of requests helps nobody.
const { log } = console;
beforeAll(() => {
  console.log = () => {};
});
afterAll(() => {
  console.log = log;
});

it(`keeps every rule through ${OPERATIONS} operations`, { timeout: 3_600_000 }, async () => {
  const known = new Set<string>(KNOWN.map(({ rule }) => rule));
  const hit = new Map<string, number>();
  const found: string[] = [];
  let done = 0;
  for (let round = 0; done < OPERATIONS; round++) {
    const [operations = []] = fc.sample(
      fc.array(operation, { minLength: LENGTH, maxLength: LENGTH, size: 'max' }),
      { seed: SEED * 1_000_000 + round, numRuns: 1 },
    );
    const outcome = await run(operations);
    done += outcome.steps.length;
    for (const { rule } of outcome.faults) hit.set(rule, (hit.get(rule) ?? 0) + 1);
    const rule = ruleOf(outcome, known);
    if (rule === undefined) continue;
    const { steps, faults } = await shortest(operations, (other) =>
      other.faults.some((fault) => fault.rule === rule),
    );
    const text = faults.filter((fault) => fault.rule === rule).map((fault) => `${fault.rule}: ${fault.text}`);
    found.push(
      [`${text.join('; ')} (seed ${SEED}, round ${round})`, ...steps.map((step) => `  ${step}`)].join('\n'),
    );
    if (!FUZZ_ALL) break;
    known.add(rule);
    console.warn(found.at(-1));
  }
  console.warn(JSON.stringify({ done, hit: Object.fromEntries(hit) }));
  expect(found.join('\n\n')).toBe('');
});

/** Leaves out operations as long as the outcome stays the same: halves first, then single ones, until none can go. */
async function shortest(
  operations: Parameters<typeof run>[0],
  fails: (outcome: Outcome) => boolean,
): Promise<Outcome> {
  let best = operations;
  let outcome = await run(best);
  best = best.slice(0, outcome.last + 1);
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.length; ) {
      const shorter = [...best.slice(0, from), ...best.slice(from + size)];
      const other = await run(shorter);
      if (fails(other)) [best, outcome] = [shorter.slice(0, other.last + 1), other];
      else from += size;
    }
  }
  return outcome;
}
