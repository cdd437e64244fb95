/** What a request costs: its round trips, and the calls of WebCrypto. */
import { vi } from 'vitest';
import { counting, type Reply } from '../support/client.ts';

const methods = ['verify', 'importKey', 'digest', 'sign', 'deriveBits'] as const;

export async function costOf(send: (env: { DB: D1Database }) => Promise<Reply>) {
  const { db, trips } = counting();
  const spies = methods.map((name) => vi.spyOn(crypto.subtle, name));
  try {
    const reply = await send({ DB: db });
    const used = Object.fromEntries(methods.map((name, i) => [name, spies[i]?.mock.calls.length]));
    return { reply, trips: trips(), used };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

export const nothing = { verify: 0, importKey: 0, digest: 0, sign: 0, deriveBits: 0 };
