/** Series that name a service and have overrides: no change of the series brings one of them onto a booking. */
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../src/sdk/types.ts';
import { at, book, DAY, expectSound, HOUR, NOW, newWorld, type World } from '../../support/bookings.ts';
import type { Reply } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';

const daily = { freq: 'daily', interval: 1 };
const LATER = 3 * DAY;
const date = (ts: number) => new Date(ts).toISOString().slice(0, 10);

const call = ({ account }: World, method: string, path: string, body?: object) =>
  account.call(method, `/user/events${path}`, { now: NOW, ...(body && { body }) });

/** A daily series of the first host with an override, and the booking that one of its occurrences may come to lie on. */
async function series(world: World, own: object, noon = at(12), body: object = {}): Promise<string> {
  const { account, service, hosts } = world;
  const [{ id: user, calendar: calendarId }] = hosts;
  const times = { startTs: at(8), duration: HOUR, serviceId: service };
  const made = await account.call('POST', `/user/${user}/events`, {
    body: { calendarId, busy: true, recurrence: daily, ...('date' in body ? {} : times), ...body },
    now: NOW,
  });
  const { id, days } = made.body.event;
  const name = days ? date(at(8) + LATER) : at(8) + LATER;
  expect((await call(world, 'PUT', `/${id}/instances/${name}`, own)).status).toBe(200);
  await book(world, noon + LATER);
  return id;
}

const described = { metadata: { room: 'B' } };
const refused: Record<string, [code: ProblemCode, run: (world: World) => Promise<Reply>]> = {
  'moves to another time of day': [
    'slot-taken',
    async (world) => call(world, 'PUT', `/${await series(world, described)}`, { startTs: at(12) }),
  ],
  'gets longer': [
    'slot-taken',
    async (world) => call(world, 'PUT', `/${await series(world, described, at(10))}`, { duration: 3 * HOUR }),
  ],
  'was split, and its second part moves': [
    'slot-taken',
    async (world) => {
      const body = { originalStartTs: at(8) + 2 * DAY };
      const { following } = (await call(world, 'POST', `/${await series(world, described)}/split`, body))
        .body;
      return call(world, 'PUT', `/${following.id}`, { startTs: at(12) + 2 * DAY });
    },
  ],
  'was of whole days, and names a service': [
    'slot-taken',
    async (world) => {
      const id = await series(world, described, at(12), { date: date(at(8)), busy: false });
      return call(world, 'PUT', `/${id}`, { startTs: at(12), duration: HOUR, serviceId: world.service });
    },
  ],
  'names a service, and its override has a time of its own': [
    'booking-event',
    async (world) => {
      const id = await series(world, { startTs: at(12) + LATER }, at(14), { serviceId: null });
      return call(world, 'PUT', `/${id}`, { serviceId: world.service });
    },
  ],
};

describe('refused, and nothing is written, where a series', () => {
  it.each(Object.entries(refused))('%s', async (_, [code, run]) => {
    const world = await newWorld();
    expectProblem(await run(world), code);
    await expectSound(world);
  });
});

it('a series with overrides goes to a time that is free, and they go with it', async () => {
  const world = await newWorld();
  const id = await series(world, described);
  for (const body of [
    { duration: 2 * HOUR },
    { startTs: at(9) },
    { serviceId: null },
    { serviceId: world.service },
  ])
    expect((await call(world, 'PUT', `/${id}`, body)).status).toBe(200);
  const [startTs, endTs] = [at(0) + LATER, at(24) + LATER];
  const { instances } = (await call(world, 'GET', `/${id}/instances?startTs=${startTs}&endTs=${endTs}`)).body;
  expect(instances).toMatchObject([{ startTs: at(9) + LATER, endTs: at(11) + LATER, ...described }]);
  await expectSound(world);
});

it('no file moves an event that names a service', async () => {
  const world = await newWorld();
  const [{ calendar, id: user }] = world.hosts;
  const send = (hour: number, sequence: number) =>
    world.account.call('POST', `/user/calendar/${calendar}/import`, {
      raw: [
        ...['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:a', `SEQUENCE:${sequence}`],
        ...[`DTSTART:20300108T${hour}0000Z`, 'DURATION:PT1H', 'END:VEVENT', 'END:VCALENDAR'],
      ].join('\r\n'),
      headers: { 'content-type': 'text/calendar' },
      now: NOW,
    });
  await send(10, 0);
  const path = `/user/${user}/events`;
  const [event] = (await world.account.call('GET', path, { now: NOW })).body.events;
  await call(world, 'PUT', `/${event.id}`, { serviceId: world.service });
  await book(world, at(12));
  const reason = 'it names a service here, so it changes only by an update of the event';
  expect((await send(12, 1)).body).toEqual({
    ...{ created: 0, updated: 0, unchanged: 1 },
    skipped: [{ uid: 'a', reason }],
  });
  expect((await call(world, 'GET', `/${event.id}`)).body.event.startTs).toBe(at(10));
  await expectSound(world);
});
