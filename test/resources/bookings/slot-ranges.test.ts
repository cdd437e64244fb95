/** The slots query over HTTP: valid extremes, unknown services and the cost of a rejection. */
import { expect, it } from 'vitest';
import { NOBODY } from '../../support/client.ts';
import { reading } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { getSlots, HOUR, MINUTE, open } from '../../support/scheduling.ts';

it('accepts both ends of every range', async () => {
  const { account, service } = await open();
  for (const query of [
    { startDate: '2030-01-01', endDate: '2030-04-11' },
    { startDate: '1970-01-01', endDate: '1970-04-11', timezone: 'Pacific/Kiritimati' },
    { startDate: '2199-09-22', endDate: '2199-12-31', timezone: 'Pacific/Pago_Pago' },
    { duration: MINUTE, interval: 5 * MINUTE },
    { duration: 24 * HOUR, interval: 2 * HOUR },
    { hostUserIds: 'x,'.repeat(3000) },
    { timezone: 'Asia/Calcutta', ianaTz: 'Europe/Kiev' },
  ]) {
    expect((await getSlots(account, service, query)).status).toBe(200);
  }
  const hundredAndOne = { startDate: '2030-01-01', endDate: '2030-04-11', interval: 2 * HOUR };
  expect((await getSlots(account, service, hundredAndOne)).body.dates).toHaveLength(101);
});

it('returns 404 for an unknown service or one of another account', async () => {
  const { account } = await open();
  const foreign = await open();
  for (const id of [foreign.service, NOBODY, 'nothing', account.id]) {
    expectProblem(await getSlots(account, id), 'not-found');
  }
});

it('reads only the credential for a rejected query', async () => {
  const { account, service } = await open();
  const { db, rows } = reading();
  expectInvalid(await getSlots(account, service, { duration: 0 }, { env: { DB: db } }), 'duration');
  expect(rows()).toBeLessThan(5);
});
