/** An event that names a service is a booking, so it names only a service that the caller has to do with. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { NOBODY, newAccount } from '../../support/client.ts';
import { byAccount, byUser, HOUR } from '../../support/events.ts';
import { expectProblem } from '../../support/problem.ts';
import { addHost, newService } from '../../support/scheduling.ts';

const startTs = Date.UTC(2030, 0, 7, 12);

/** A host of one of two services, with a calendar. */
async function host() {
  const account = await newAccount();
  const user = await account.newUser();
  const [own, other, removed] = [
    await newService(account),
    await newService(account),
    await newService(account),
  ];
  await addHost(own, user);
  await account.call('DELETE', `/service/${removed}`);
  const foreign = await newService(await newAccount());
  const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR };
  return { account, user, body, own, other, removed, foreign };
}

const serviceOf = (event: string) =>
  env.DB.prepare('SELECT service_id FROM events WHERE id = ?').bind(event).first('service_id');
const eventsOf = (user: string) =>
  env.DB.prepare('SELECT count(*) AS n FROM events WHERE user_id = ?').bind(user).first('n');

it('the account names any service of its own, and no other', async () => {
  const { user, body, own, other, removed, foreign } = await host();
  for (const [i, serviceId] of [own, other].entries()) {
    const event = { ...body, startTs: startTs + i * HOUR, serviceId };
    const { status, body: answer } = await byAccount.create(user, event);
    expect([status, await serviceOf(answer.event.id)]).toEqual([201, serviceId]);
  }
  for (const serviceId of [removed, foreign, NOBODY])
    expectProblem(await byAccount.create(user, { ...body, serviceId }), 'not-found');
  expect(await eventsOf(user.id)).toBe(2);
});

it('a token names only a service that its user is a host of', async () => {
  const { user, body, own, other, removed, foreign } = await host();
  const { status, body: answer } = await byUser.create(user, { ...body, serviceId: own });
  expect([status, await serviceOf(answer.event.id)]).toEqual([201, own]);
  for (const serviceId of [other, removed, foreign, NOBODY])
    expectProblem(await byUser.create(user, { ...body, serviceId }), 'not-found');
  // Another credential beside the token, true or not, makes it no account.
  const key = { headers: { 'x-api-key': 'sk_0' } };
  expect((await byUser.create(user, { ...body, serviceId: other }, key)).status).toBeGreaterThan(201);
  expect(await eventsOf(user.id)).toBe(1);
});

it('an update keeps to the same rule, and changes nothing where it fails', async () => {
  const { account, user, body, own, other, removed, foreign } = await host();
  const { id } = (await byAccount.create(user, body)).body.event;
  const put = (door: typeof byUser, serviceId: string | null) =>
    door.event(user, 'PUT', id, { body: { serviceId, busy: true } });
  for (const serviceId of [other, removed, foreign, NOBODY])
    expectProblem(await put(byUser, serviceId), 'not-found');
  for (const serviceId of [removed, foreign, NOBODY])
    expectProblem(await put(byAccount, serviceId), 'not-found');
  const { body: unchanged } = await byUser.event(user, 'GET', id);
  expect([await serviceOf(id), unchanged.event.busy]).toEqual([null, false]);
  expect((await put(byUser, own)).status).toBe(200);
  expect((await put(byAccount, other)).status).toBe(200);
  expect(await serviceOf(id)).toBe(other);
  // It keeps the service that it has: another host's, or a deleted one.
  expect((await put(byUser, other)).status).toBe(200);
  await account.call('DELETE', `/service/${other}`);
  expect((await put(byUser, other)).status).toBe(200);
  expect((await put(byUser, null)).status).toBe(200);
  expect(await serviceOf(id)).toBeNull();
});

it('a token of another user cannot make a booking of the service, and the account can', async () => {
  const { account, body, own } = await host();
  const stranger = await account.newUser();
  const event = { ...body, calendarId: await stranger.newCalendar(), serviceId: own };
  expectProblem(await byUser.create(stranger, event), 'not-found');
  expect((await byAccount.create(stranger, event)).status).toBe(201);
});
