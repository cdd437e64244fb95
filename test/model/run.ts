/** Runs a sequence of operations in a new world, and checks the whole state after each. */
import { faultsOfAnswers } from './answers.ts';
import { type Fault, faultsIn, faultsOfStep } from './checker.ts';
import { faultsOfVerdict, verdictOn } from './oracle.ts';
import { faultsOfReads } from './reads.ts';
import type { KnownFault } from './sequences.ts';
import { type Operation, type Sent, type Step, World } from './world.ts';

export interface Outcome {
  /** The operations that were done: those that name what there never was are left out. */
  steps: string[];
  /** The index of the last of them in the sequence. */
  last: number;
  /** What is wrong, and not known, after the last of them. */
  faults: Fault[];
  /** The known faults that were met. */
  met: string[];
  /** How often each kind of request had each status. */
  statuses: string[];
}

/** Runs operations until the first after which something is wrong. */
export async function run(operations: readonly Operation[], known: readonly KnownFault[]): Promise<Outcome> {
  const world = await World.create();
  const steps: string[] = [];
  const met: string[] = [];
  const statuses: string[] = [];
  for (const [last, operation] of operations.entries()) {
    const verdict = 'path' in operation ? verdictOf(operation, world) : undefined;
    if (leavesOut(operation, world, known)) continue;
    const step = await world.step(operation);
    if (!step) continue;
    steps.push(textOf(step, world));
    for (const { sent, reply } of step.exchanges)
      statuses.push(
        `${sent.method} ${sent.path.replace(/\{.*?\}/g, ':').replace(/\?.*/, '')} ${reply.status}`,
      );
    const all = [
      ...faultsOfVerdict(verdict, step.exchanges, (value) => world.textOf(value)),
      ...faultsOfAnswers(step, world),
      ...faultsOfReads(step, world),
      ...faultsOfStep(step.before, step.after, step.now, world.history),
      ...faultsIn(step.after, step.now, world.history),
    ];
    const ofKnown = known.filter(({ rule }) => all.some((fault) => fault.rule === rule));
    met.push(...ofKnown.map(({ rule }) => rule));
    const faults = all.filter(({ rule }) => !ofKnown.some((one) => one.rule === rule));
    // What comes of a fault that is known is no news.
    if (ofKnown.some(({ harmless }) => !harmless)) return { steps, last, faults: [], met, statuses };
    if (faults.length > 0) return { steps, last, faults, met, statuses };
  }
  return { steps, last: operations.length - 1, faults: [], met, statuses };
}

function verdictOf(sent: Sent, world: World) {
  const { state, now, history } = world;
  const resolved = world.resolve(sent);
  const user = sent.by === 'key' ? null : (world.idOf(sent.by) ?? '');
  return resolved && verdictOn({ ...resolved, method: sent.method }, { state, now, history, user });
}

function leavesOut(operation: Operation, world: World, known: readonly KnownFault[]): boolean {
  const all = 'together' in operation ? operation.together : 'path' in operation ? [operation] : [];
  return all.some((sent) => {
    const why = verdictOf(sent, world)?.why;
    return known.some(({ skips }) => skips !== undefined && skips === why);
  });
}

/** A step as somebody would tell it: `PUT /booking/{b1} {"startTs":11:00} by u2 → 200`. */
function textOf({ operation, exchanges }: Step, world: World): string {
  const one = ({ by, method, path, body, as }: Sent, status: number, code = '') =>
    `${method} ${path}${body ? ` ${world.textOf(body)}` : ''} by ${by} → ${status} ${status >= 300 ? code : as ? `= ${as}` : ''}`.trimEnd();
  const all = exchanges.map(({ sent, reply }) => one(sent, reply.status, reply.problem?.code));
  if ('replay' in operation) return `again: ${all}`;
  if ('together' in operation) return `at once: ${all.join(' | ')}`;
  if ('copy' in operation) return 'export, and import into another database';
  if ('waitMinutes' in operation) return `${operation.waitMinutes} minutes later`;
  return 'job' in operation ? `job: ${operation.job}` : String(all[0]);
}
