/** Sets quotas as the operator does, and reads what an account uses. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Quota, QuotaName } from '../../src/sdk/types.ts';
import type { Account, Reply } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { COUNTED_TWICE, type CountedTwice } from '../support/usage.ts';

export async function setQuotas(
  { id }: { id: string },
  quotas: Partial<Record<QuotaName, number>>,
  db: D1Database = env.DB,
): Promise<void> {
  await db
    .prepare('UPDATE usage SET quotas = json_patch(quotas, ?) WHERE account_id = ?')
    .bind(JSON.stringify(quotas), id)
    .run();
}

export async function quotasOf(account: Account): Promise<Record<QuotaName, Quota>> {
  return (await account.call('GET', '/account')).body.account.quotas;
}

export const useOf = async (account: Account, quota: QuotaName): Promise<number> =>
  (await quotasOf(account))[quota].use;

/** Expects a refusal by this quota, with its numbers. */
export function expectRefused(reply: Reply, quota: QuotaName, limit: number, use: number): void {
  expectProblem(reply, 'quota-exceeded');
  expect(reply.problem).toMatchObject({ quota, limit, use });
  expect(reply.problem.detail).toContain(`${limit} `);
  expect(reply.problem.detail).toContain(` ${use}`);
}

/** Expects that the counters of an account are what its rows say. */
export async function expectCounted(account: string, db: D1Database = env.DB): Promise<void> {
  const row = await db.prepare(COUNTED_TWICE).bind(account).first<CountedTwice>();
  expect(row?.counted).toBe(row?.again);
}
