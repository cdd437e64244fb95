/** Runs a sequence of operations in a new world, and checks the whole state after each. */
import { faultsOfAnswers } from './answers.ts';
import { type Fault, faultsIn, faultsOfStep } from './checker.ts';
import { type Operation, type Sent, type Step, World } from './world.ts';

export interface Outcome {
  /** The operations that were done: those that name what there never was are left out. */
  steps: string[];
  /** The index of the last of them in the sequence. */
  last: number;
  /** What is wrong after the last of them. */
  faults: Fault[];
}

/** Runs operations until the first after which something is wrong. */
export async function run(operations: readonly Operation[]): Promise<Outcome> {
  const world = await World.create();
  const steps: string[] = [];
  for (const [last, operation] of operations.entries()) {
    const step = await world.step(operation);
    if (!step) continue;
    steps.push(textOf(step, world));
    const faults = [
      ...faultsOfAnswers(step, world),
      ...faultsOfStep(step.before, step.after, step.now, world.memory),
      ...faultsIn(step.after, step.now, world.memory),
    ];
    if (faults.length > 0) return { steps, last, faults };
  }
  return { steps, last: operations.length - 1, faults: [] };
}

/** A step as somebody would tell it: `PUT /booking/{b1} {"startTs":11:00} by u2 → 200`. */
function textOf({ operation, exchanges }: Step, world: World): string {
  const one = ({ by, method, path, body, as }: Sent, status: number, code = '') =>
    `${method} ${path}${body ? ` ${world.textOf(body)}` : ''} by ${by} → ${status} ${code}${status === 201 && as ? `= ${as}` : ''}`.trimEnd();
  const all = exchanges.map(({ sent, reply }) => one(sent, reply.status, reply.problem?.code));
  if ('replay' in operation) return `again: ${all}`;
  if ('together' in operation) return `at once: ${all.join(' | ')}`;
  if ('waitMinutes' in operation) return `${operation.waitMinutes} minutes later`;
  return 'job' in operation ? `job: ${operation.job}` : String(all[0]);
}
