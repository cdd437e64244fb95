/** Services: create, read, update and delete. */
import { expect, it } from 'vitest';
import { NOBODY, newAccount, newUser } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import { addHost, body, HOUR, made, newService, UUID } from '../../support/scheduling.ts';

const byAvailability = { variant: 'roundRobinAlgorithm', data: 'availability' };

it('defaults to a round robin by availability, without metadata', async () => {
  const account = await newAccount();
  const reply = await account.call('POST', '/service');
  expect(reply.status).toBe(201);
  expect(reply.body).toEqual({ service: { id: UUID, multiPerson: byAvailability, metadata: {} } });
  const { service } = reply.body;
  const read = await account.call('GET', `/service/${service.id}`);
  expect([read.status, read.body]).toEqual([200, { ...service, users: [] }]);
});

const kinds = [
  byAvailability,
  { variant: 'roundRobinAlgorithm', data: 'equalDistribution' },
  { variant: 'collective' },
  { variant: 'group', data: 1 },
  { variant: 'group', data: 10_000 },
];

it('accepts every kind in creations and updates, and keeps absent fields', async () => {
  const account = await newAccount();
  const first = { multiPerson: byAvailability, metadata: { a: 'b', c: 'd' } };
  const { id } = body(await account.call('POST', '/service', { body: first })).service;
  let expected = { id, ...first };
  for (const change of [
    ...kinds.map((multiPerson) => ({ multiPerson })),
    {},
    { metadata: { a: 'e' } },
    { multiPerson: byAvailability, metadata: {} },
    { id: NOBODY, users: [{}] },
  ]) {
    const { id: _, users: __, ...taken } = change as Record<string, unknown>;
    expected = { ...expected, ...taken };
    const reply = await account.call('PUT', `/service/${id}`, { body: change });
    expect([reply.status, reply.body]).toEqual([200, { service: expected }]);
    expect((await account.call('GET', `/service/${id}`)).body).toEqual({ ...expected, users: [] });
  }
  for (const multiPerson of kinds) {
    const made = await account.call('POST', '/service', { body: { multiPerson } });
    expect(made.body.service.multiPerson).toEqual(multiPerson);
  }
});

it('drops the members that a kind does not have', async () => {
  const account = await newAccount();
  const multiPerson = { variant: 'collective', data: 5, other: 'x' };
  const reply = await account.call('POST', '/service', { body: { multiPerson } });
  expect(reply.body.service.multiPerson).toEqual({ variant: 'collective' });
});

it('returns the deleted service, deletes its hosts and metadata, and keeps its events', async () => {
  const user = await newUser();
  const { account } = user;
  const creation = { metadata: { a: 'b' } };
  const { service } = body(await account.call('POST', '/service', { body: creation }));
  const kept = await newService(account);
  await addHost(service.id, user);
  const host = await addHost(kept, user);
  const calendarId = await user.newCalendar();
  const when = { startTs: HOUR, duration: HOUR };
  const event = await made(user, { calendarId, ...when, serviceId: service.id });
  const reply = await account.call('DELETE', `/service/${service.id}`);
  expect([reply.status, reply.body]).toEqual([200, { service }]);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    expectProblem(await account.call(method, `/service/${service.id}`), 'not-found');
  }
  expectProblem(await account.call('DELETE', `/service/${service.id}/users/${user.id}`), 'not-found');
  expect(body(await account.call('GET', `/service/${kept}`)).users).toEqual([host]);
  expect(await countOf('service_users', account.id)).toBe(1);
  expect(await countOf('service_metadata', account.id)).toBe(0);
  expect((await user.call('GET', `/events/${event.id}`)).body).toEqual({ event });
});
