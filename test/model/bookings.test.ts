/**
 * Random sequences of every request that touches bookings, each checked against the contract. `npm run fuzz -- --operations
 * 20000 --seed 7` makes more of them; a failure prints its seed and the shortest sequence that still fails.
 */

import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operation } from './commands.ts';
import { fixIds } from './ids.ts';
import { type Outcome, run } from './run.ts';
import { KNOWN, type KnownFault, SEQUENCES } from './sequences.ts';
import type { Operation } from './world.ts';

const { FUZZ_OPERATIONS, FUZZ_SEED, FUZZ_ALL } = env;
const OPERATIONS = Number(FUZZ_OPERATIONS);
const SEED = Number(FUZZ_SEED);
const LENGTH = 60;

// The log of thousands of requests helps nobody.
const { log } = console;
let restoreIds: () => void;
beforeAll(async () => {
  await applyD1Migrations(env.COPY, env.MIGRATIONS);
  console.log = () => {};
  restoreIds = fixIds();
});
afterAll(() => {
  console.log = log;
  restoreIds();
});

it.each(SEQUENCES)('$rule: sequence %#', async ({ rule, known, operations }) => {
  // What else is known may be broken before it.
  const others = KNOWN.filter((other) => other.rule !== rule).map((other) => ({
    rule: other.rule,
    harmless: true as const,
  }));
  const { steps, faults } = await run(operations, others);
  const rules = faults.map((fault) => fault.rule);
  const text = steps.join('\n');
  if (known) expect(rules, `repaired: delete "known" in sequences.ts\n${text}`).toContain(rule);
  else expect(faults, text).toEqual([]);
});

it(`keeps every rule through ${OPERATIONS} operations`, { timeout: 3_600_000 }, async () => {
  const known = [...KNOWN];
  const met = new Map<string, number>();
  const found: string[] = [];
  let done = 0;
  const statuses = new Map<string, number>();
  for (let round = 0; done < OPERATIONS; round++) {
    const [operations = []] = fc.sample(
      fc.array(operation, { minLength: LENGTH, maxLength: LENGTH, size: 'max' }),
      { seed: SEED * 1_000_000 + round, numRuns: 1 },
    );
    const outcome = await run(operations, known);
    done += outcome.steps.length;
    for (const rule of outcome.met) met.set(rule, (met.get(rule) ?? 0) + 1);
    for (const status of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const rule = outcome.faults[0]?.rule;
    if (rule === undefined) continue;
    const { steps, faults } = await shortest(operations, outcome, rule, known);
    const text = faults.filter((fault) => fault.rule === rule).map((fault) => `${fault.rule}: ${fault.text}`);
    found.push(
      [`${text.join('; ')} (seed ${SEED}, round ${round})`, ...steps.map((step) => `  ${step}`)].join('\n'),
    );
    if (!FUZZ_ALL) break;
    console.warn(found.at(-1));
    known.push({ rule });
  }
  const counts = { done, met: Object.fromEntries(met), statuses: Object.fromEntries([...statuses].sort()) };
  if (FUZZ_ALL) console.warn(JSON.stringify(counts));
  expect(found.join('\n\n')).toBe('');
});

/** Leaves out operations as long as the rule is broken: halves first, then single ones, until none can go. */
async function shortest(
  operations: readonly Operation[],
  first: Outcome,
  rule: string,
  known: readonly KnownFault[],
): Promise<Outcome> {
  let [best, outcome] = [operations.slice(0, first.last + 1), first];
  const tries = async (shorter: readonly Operation[]) => {
    const other = await run(shorter, known);
    const fails = other.faults.some((fault) => fault.rule === rule);
    if (fails) [best, outcome] = [shorter.slice(0, other.last + 1), other];
    return fails;
  };
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.length; ) {
      if (!(await tries([...best.slice(0, from), ...best.slice(from + size)]))) from += size;
    }
  }
  for (let i = 0; i < best.length; i++) {
    for (const simpler of simplerThan(best[i] as Operation)) await tries(best.with(i, simpler));
  }
  return outcome;
}

/** One request in place of several at once, and a request without one of its members. */
function simplerThan(operation: Operation): Operation[] {
  if ('together' in operation) return operation.together;
  if (!('path' in operation) || !operation.body) return [];
  const { body } = operation;
  return Object.keys(body).map((name) => {
    const { [name]: _, ...rest } = body;
    return { ...operation, body: rest };
  });
}
