/**
 * Sends the requests of the accounts that behave at a fixed rate, whether or not earlier ones have been answered. Latencies
 * count from the time at which a request was due, so a pause of the service counts for every request that it delays.
 */

import type { Send } from '../client.ts';
import type { Arrivals, Phase } from './arrivals.ts';
import { type Healthy, nthRequest } from './requests.ts';

export interface Measured {
  kind: string;
  /** The HTTP status; 0 where the connection failed. */
  status: number;
  ms: number;
  /** The problem's code, where the status is another one than expected. */
  code: string | null;
}

/** @param rate requests a second, of all accounts together. */
export async function load(
  send: Send,
  accounts: readonly Healthy[],
  { phase, arrivals, rate, seconds }: { phase: Phase; arrivals: Arrivals; rate: number; seconds: number },
): Promise<Measured[]> {
  const measured: Measured[] = [];
  const open: Promise<void>[] = [];
  const startedAt = Date.now();
  const total = Math.floor(rate * seconds);

  const one = async (i: number, at: number) => {
    const account = accounts[i % accounts.length] as Healthy;
    // Each account begins elsewhere in the mix, so that not all of them write at once.
    const n = Math.floor(i / accounts.length) + (i % accounts.length) * 5;
    const { kind, wire, status, before, after } = nthRequest(account, n, { phase, at, arrivals });
    before?.();
    const answer = await send(wire);
    const ms = Date.now() - at;
    after?.(answer);
    measured.push({
      kind,
      ms,
      status: answer.status,
      code: answer.status === status ? null : codeOf(answer.text),
    });
  };

  for (let i = 0; i < total; ) {
    const now = Date.now();
    for (; i < total && startedAt + (i / rate) * 1000 <= now; i++) {
      open.push(one(i, startedAt + (i / rate) * 1000));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(open);
  return measured;
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { code: string }).code;
  } catch {
    return text.slice(0, 80);
  }
}
