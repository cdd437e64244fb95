/** What a host may be made of: all else is refused by its path, on adding and in a change, with nothing written. */
import { expect, it } from 'vitest';
import { NOBODY, newUser } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { addHost, busyCalendar, newService } from '../../support/scheduling.ts';

/** Stands where it may not, and must never come back. */
const MARK = 'mark-7c1d';
const TEN_YEARS = 5_270_400;
const upper = NOBODY.replace(/^0/, 'A');
type Fault = [body: Record<string, unknown>, ...paths: string[]];
const all = (field: string, ...values: unknown[]): Fault[] =>
  values.map((value) => [{ [field]: value }, field]);
const bad = [-1, 1.5, '5', MARK, true, [], {}];

const faults: Fault[] = [
  ...all('bufferBefore', 721, null, ...bad),
  ...all('bufferAfter', 721, null, ...bad),
  ...all('closestBookingTime', TEN_YEARS + 1, null, ...bad),
  ...all('furthestBookingTime', TEN_YEARS + 1, ...bad),
  ...all('bookingCalendarId', 5, '', MARK, upper, `${NOBODY} `, [NOBODY], {}, true),
  ...all('availability', null, 5, MARK, NOBODY),
  ...[undefined, null, 5, MARK, 'calendar', 'empty'].map(
    (variant): Fault => [{ availability: { variant, id: NOBODY } }, 'availability.variant'],
  ),
  ...['Calendar', 'Schedule'].flatMap((variant) =>
    [undefined, null, 5, '', MARK, upper, [NOBODY]].map(
      (id): Fault => [{ availability: { variant, id } }, 'availability.id'],
    ),
  ),
  [
    { bufferBefore: -1, bufferAfter: 721, closestBookingTime: 'x' },
    'bufferBefore',
    'bufferAfter',
    'closestBookingTime',
  ],
];

it.each(faults.map((fault) => [JSON.stringify(fault[0]), fault] as const))('%s is 400', async (_, fault) => {
  const [settings, ...paths] = fault;
  const user = await newUser();
  const [one, two] = [await newService(user.account), await newService(user.account)];
  await addHost(two, user);
  const before = await snapshot();
  const { call } = user.account;
  for (const reply of [
    await call('POST', `/service/${one}/users`, { body: { userId: user.id, ...settings } }),
    await call('PUT', `/service/${two}/users/${user.id}`, { body: settings }),
  ]) {
    expectInvalid(reply, ...paths);
    expect(JSON.stringify(reply.body)).not.toContain(MARK);
  }
  expect(await snapshot()).toEqual(before);
});

it.each([undefined, null, 5, '', MARK, upper, [NOBODY]])('a user %j is 400', async (userId) => {
  const user = await newUser();
  const service = await newService(user.account);
  const reply = await user.account.call('POST', `/service/${service}/users`, { body: { userId } });
  expectInvalid(reply, 'userId');
  expect(JSON.stringify(reply.body)).not.toContain(MARK);
});

it('a busy calendar has a provider and an id, each named where it is wrong', async () => {
  const user = await newUser();
  const service = await newService(user.account);
  const host = await addHost(service, user, { busy: [await user.newCalendar()] });
  const id = host.busy[0]?.id;
  const before = await snapshot();
  const path = `/service/${service}/users/${user.id}/busy`;
  for (const method of ['PUT', 'DELETE'] as const) {
    for (const provider of [null, 5, MARK, 'nettu', '', []]) {
      expectInvalid(await busyCalendar(method, service, user, id, provider), 'busy.provider');
    }
    expectInvalid(await user.account.call(method, path, { body: { busy: { id } } }), 'busy.provider');
    for (const wrong of [undefined, null, 5, [], {}]) {
      expectInvalid(await busyCalendar(method, service, user, wrong), 'busy.id');
    }
    for (const busy of [undefined, null, 5, MARK, [], id]) {
      const reply = await user.account.call(method, path, { body: { busy } });
      expectInvalid(reply, 'busy');
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
    }
    for (const provider of ['Google', 'Outlook']) {
      for (const any of [id, 'someone@example.test']) {
        expectProblem(await busyCalendar(method, service, user, any, provider), 'provider-unsupported');
      }
    }
  }
  expect(await snapshot()).toEqual(before);
});
