/** A host's busy calendars: add, remove, and the deletion of the calendar itself. */
import { describe, expect, it } from 'vitest';
import { NOBODY, newUser } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import { addHost, body, busyCalendar, newSchedule, newService } from '../../support/scheduling.ts';

const listed = (...ids: string[]) => ids.map((id) => ({ provider: 'Nettu', id }));

async function host() {
  const user = await newUser();
  const service = await newService(user.account);
  return { user, service, host: await addHost(service, user, { bufferAfter: 5 }) };
}

it('lists them in the order added; a repeated addition or removal changes nothing', async () => {
  const { user, service, host: first } = await host();
  const [a, b, c] = [await user.newCalendar(), await user.newCalendar(), await user.newCalendar()];
  const steps = [
    ['PUT', a, [a]],
    ['PUT', b, [a, b]],
    ['PUT', a, [a, b]],
    ['PUT', c, [a, b, c]],
    ['DELETE', b, [a, c]],
    ['DELETE', b, [a, c]],
    ['DELETE', NOBODY, [a, c]],
    ['DELETE', 'no id at all', [a, c]],
    ['DELETE', '\ud800\0', [a, c]],
    ['PUT', b, [a, c, b]],
    ['DELETE', a, [c, b]],
    ['DELETE', b, [c]],
    ['DELETE', c, []],
    ['DELETE', c, []],
    ['PUT', c, [c]],
  ] as const;
  for (const [method, id, expected] of steps) {
    const reply = await busyCalendar(method, service, user, id);
    expect([reply.status, reply.body]).toEqual([200, { ...first, busy: listed(...expected) }]);
    expect(body(await user.account.call('GET', `/service/${service}`)).users).toEqual([reply.body]);
  }
});

it('keeps them separate for each service of a user', async () => {
  const { user, service } = await host();
  const other = await newService(user.account);
  const kept = await addHost(other, user);
  const calendar = await user.newCalendar();
  await busyCalendar('PUT', service, user, calendar);
  expect(body(await user.account.call('GET', `/service/${other}`)).users).toEqual([kept]);
  await busyCalendar('PUT', other, user, calendar);
  await busyCalendar('DELETE', service, user, calendar);
  expect(body(await user.account.call('GET', `/service/${other}`)).users).toEqual([
    { ...kept, busy: listed(calendar) },
  ]);
});

it("returns 404 for an unknown calendar, another user's or another account's, and adds nothing", async () => {
  const { user, service } = await host();
  const [other, foreign] = [await user.account.newUser(), await newUser()];
  const schedule = await newSchedule(user);
  await addHost(service, other);
  const ids = [
    await other.newCalendar(),
    await foreign.newCalendar(),
    schedule.id,
    NOBODY,
    'x',
    '',
    'a\0',
    '\ud800',
    'x'.repeat(60_000),
  ];
  const calendar = await user.newCalendar();
  const before = await snapshot();
  for (const id of ids) expectProblem(await busyCalendar('PUT', service, user, id), 'not-found');
  expectProblem(await busyCalendar('PUT', NOBODY, user, calendar), 'not-found');
  expect(await snapshot()).toEqual(before);
});

it('allows 20: returns 409 for one more, 200 for one on the list and 404 for an unknown one', async () => {
  const { user, service } = await host();
  const ids: string[] = [];
  for (let i = 0; i < 20; i++) ids.push(await user.newCalendar());
  for (const id of ids) body(await busyCalendar('PUT', service, user, id));
  const one = await user.newCalendar();
  const before = await snapshot();
  expectProblem(await busyCalendar('PUT', service, user, one), 'busy-limit');
  expectProblem(await busyCalendar('PUT', service, user, NOBODY), 'not-found');
  expect(await snapshot()).toEqual(before);
  expect((await busyCalendar('PUT', service, user, ids[19])).body.busy).toEqual(listed(...ids));
  await busyCalendar('DELETE', service, user, ids[3]);
  expect((await busyCalendar('PUT', service, user, one)).body.busy).toEqual(
    listed(...ids.filter((_, i) => i !== 3), one),
  );
});

it('adds 20 of 30 calendars in concurrent requests', async () => {
  const { user, service } = await host();
  const ids = await Promise.all(Array.from({ length: 30 }, () => user.newCalendar()));
  const replies = await Promise.all(ids.map((id) => busyCalendar('PUT', service, user, id)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(20);
  for (const reply of replies) if (reply.status !== 200) expectProblem(reply, 'busy-limit');
  const [{ busy }] = body(await user.account.call('GET', `/service/${service}`)).users;
  expect(new Set(busy.map(({ id }: { id: string }) => id)).size).toBe(20);
});

describe('a deleted calendar', () => {
  it('is removed from every setting that names it, and changes nothing else', async () => {
    const { user, service } = await host();
    const [gone, stays] = [await user.newCalendar(), await user.newCalendar()];
    const other = await user.account.newUser();
    const theirs = await other.newCalendar();
    const settings = {
      availability: { variant: 'Calendar' as const, id: gone },
      bookingCalendarId: gone,
      bufferBefore: 7,
    };
    const services = [
      await newService(user.account),
      await newService(user.account),
      await newService(user.account),
    ];
    const [all = '', busyOnly = '', none = ''] = services;
    const first = await addHost(all, user, { ...settings, busy: [stays, gone] });
    const second = await addHost(busyOnly, user, {
      availability: { variant: 'Calendar', id: stays },
      bookingCalendarId: stays,
      busy: [gone, stays],
    });
    const third = await addHost(none, user, {
      availability: { variant: 'Calendar', id: stays },
      busy: [stays],
    });
    const fourth = await addHost(none, other, { bookingCalendarId: theirs, busy: [theirs] });
    expect((await user.call('DELETE', `/calendar/${gone}`)).status).toBe(200);
    const users = async (id: string) => body(await user.account.call('GET', `/service/${id}`)).users;
    expect(await users(all)).toEqual([
      { ...first, availability: { variant: 'Empty' }, bookingCalendarId: null, busy: listed(stays) },
    ]);
    expect(await users(busyOnly)).toEqual([{ ...second, busy: listed(stays) }]);
    expect(await users(none)).toEqual([third, fourth]);
    expect((await users(service))[0].busy).toEqual([]);
  });

  it("leaves the host's schedule in place if it was the booking calendar", async () => {
    const { user, service } = await host();
    const { id } = await newSchedule(user);
    const gone = await user.newCalendar();
    const availability = { variant: 'Schedule', id };
    const settings = { availability, bookingCalendarId: gone };
    await user.account.call('PUT', `/service/${service}/users/${user.id}`, { body: settings });
    await user.call('DELETE', `/calendar/${gone}`);
    const [left] = body(await user.account.call('GET', `/service/${service}`)).users;
    expect(left).toMatchObject({ availability, bookingCalendarId: null, busy: [] });
  });
});

it.each(['Google', 'Outlook'])('rejects a calendar of %s as not supported yet', async (provider) => {
  const { user, service } = await host();
  const calendar = await user.newCalendar();
  const before = await snapshot();
  for (const method of ['PUT', 'DELETE'] as const) {
    for (const id of [calendar, 'someone@example.test']) {
      expectProblem(await busyCalendar(method, service, user, id, provider), 'provider-unsupported');
    }
  }
  expect(await snapshot()).toEqual(before);
});
