/** The attacker, in a thread of its own: what it does must not delay the clock of the accounts that behave. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { newClient } from '../client.ts';
import { sendAs } from '../new-service.ts';
import { type Attack, attacksOf, type Target } from './attacks.ts';

export interface Order {
  url: string;
  target: Omit<Target, 'hanging'>;
  /** Part of the names of the attacks to make; empty: all of them. */
  only: string;
  /** The shortest time between two requests of one connection. */
  paceMs: number;
}

/** What came of the attacks: how many requests of each had which status, and how many bytes were read. */
export type Outcome = Record<string, { statuses: Record<string, number>; bytes: number; worstMs: number }>;

/** Attacks for as long as the order says, and returns what came of it. */
export function attack(order: Order): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: order });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

/** An attacker that is refused waits this long: hammering with refusals only heats the machine, which no Worker shares. */
const REFUSED_WAIT_MS = 100;

async function run({ url, target, only, paceMs }: Order): Promise<Outcome> {
  const server = createServer((request) => request.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hanging = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const send = newClient(new URL(url));
  for (const actor of [target.actors[0], ...target.others]) {
    await sendAs(send, actor, 'PUT', '/account/webhook', { webhookUrl: hanging, events: ['*'] });
  }
  const endsAt = Date.now() + target.ms;
  const outcome: Outcome = {};

  const make = async (name: string, { next, everyMs = paceMs }: Attack, connection: number, step: number) => {
    outcome[name] ??= { statuses: {}, bytes: 0, worstMs: 0 };
    const result = outcome[name];
    let last = '';
    for (let i = connection; Date.now() < endsAt; i += step) {
      const wire = next(i, last);
      if (!wire) return;
      const startMs = Date.now();
      const { status, text } = await send(wire);
      last = text;
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      result.bytes += text.length;
      result.worstMs = Math.max(result.worstMs, Date.now() - startMs);
      const waitMs = Math.max(status === 429 ? REFUSED_WAIT_MS : 0, startMs + everyMs - Date.now());
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  };
  const attacks = Object.entries(attacksOf({ ...target, hanging })).filter(([name]) => name.includes(only));
  await Promise.all(
    attacks.flatMap(([name, attack]) => {
      const connections = attack.connections ?? 1;
      return Array.from({ length: connections }, (_, connection) =>
        make(name, attack, connection, connections),
      );
    }),
  );
  return outcome;
}

if (parentPort) {
  parentPort.postMessage(await run(workerData as Order));
  process.exit();
}
