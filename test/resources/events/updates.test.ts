/** Updates: what is absent stays, what is given is taken, and a refused one changes nothing. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { NOBODY, type User } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { admin, changed, DAY, doors, HOUR, instancesOf, made, newUser } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const startTs = Date.UTC(2024, 2, 4, 9);
const daily = { freq: 'daily', interval: 1 } as const;
const week = { startTs, endTs: startTs + 7 * DAY };

/** A series of five days of which the second does not take place. */
async function series(more: object = {}) {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { ...daily, count: 5 };
  const { id } = await made(user, { calendarId, startTs, duration: HOUR, recurrence, ...more });
  const event = await changed(user, id, { exdates: [startTs + DAY] });
  return { user, id, event };
}

/** On which days from the start an event takes place in that week. */
const daysOf = async (user: User, id: string) =>
  (await instancesOf(user, id, week)).map((instance) => (instance.startTs - startTs) / DAY);

describe.each(doors)('by %s', (_, door) => {
  it('what is absent stays, what is given is taken', async () => {
    const user = await newUser();
    const calendarId = await user.newCalendar();
    const reminders = [{ delta: -10, identifier: 'mail' }];
    const body = { calendarId, startTs, duration: HOUR, busy: true, reminders, metadata: { a: 'b' } };
    const recurrence = { ...daily, until: startTs + 5 * DAY };
    let expected = (await door.create(user, { ...body, recurrence }, { now: 1000 })).body.event;
    const steps: object[] = [
      {},
      { duration: 0 },
      { busy: false },
      { busy: true },
      { reminders: [{ delta: 5, identifier: 'push' }] },
      { reminders: [] },
      { metadata: { c: 'd' } },
      { metadata: {} },
      { exdates: [startTs + DAY, startTs] },
      { recurrence: { freq: 'weekly', interval: 2, byweekday: ['Tue'] } },
      { exdates: [] },
      { startTs: 0 },
      { recurrence: null },
      { startTs, duration: 5, busy: false, recurrence: daily, exdates: [startTs], metadata: { e: 'f' } },
    ];
    for (const [i, step] of steps.entries()) {
      expected = { ...expected, ...step, updated: 2000 + i };
      const reply = await door.event(user, 'PUT', expected.id, { body: step, now: 2000 + i });
      expect([step, reply.status]).toEqual([step, 200]);
      expect(reply.body).toEqual({ event: expected });
      expect((await door.event(user, 'GET', expected.id)).body).toEqual(reply.body);
    }
    expect(expected.created).toBe(1000);
  });

  it('of one event leaves the others as they are', async () => {
    const user = await newUser();
    const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR };
    const [one, two] = [await made(user, body), await made(user, body)];
    await door.event(user, 'PUT', one.id, { body: { startTs: 0, busy: true, metadata: { a: 'b' } } });
    expect((await door.event(user, 'GET', two.id)).body).toEqual({ event: two });
  });

  it('an until too far from the start is 400, whichever of the two is new', async () => {
    const until = startTs + 700 * DAY;
    const { user, id } = await series({ recurrence: { ...daily, until } });
    const recurrence = { ...daily, until: startTs + 732 * DAY + 1 };
    const before = await snapshot();
    for (const body of [
      { startTs: until - 732 * DAY - 1 },
      { startTs: 0, busy: true, metadata: { a: 'b' } },
      { recurrence },
      { startTs, recurrence },
      { startTs: startTs - 40 * DAY, recurrence: { ...daily, until } },
    ]) {
      const reply = await door.event(user, 'PUT', id, { body });
      expectInvalid(reply, 'recurrence.until');
      expect(JSON.stringify(reply.body)).not.toContain(`${until}`);
    }
    expect(await snapshot()).toEqual(before);
  });

  it('an until exactly 732 days from the start is taken, whichever of the two is new', async () => {
    const until = startTs + 700 * DAY;
    for (const body of [
      { startTs: until - 732 * DAY },
      { recurrence: { ...daily, until: startTs + 732 * DAY } },
      { recurrence: { ...daily, count: 5, until: startTs + 732 * DAY } },
      { startTs: startTs + DAY, recurrence: { ...daily, until: startTs + 733 * DAY } },
      { startTs: 0, recurrence: null },
      { startTs: 0, recurrence: daily },
    ]) {
      const { user, id, event } = await series({ recurrence: { ...daily, until } });
      const reply = await door.event(user, 'PUT', id, { body });
      expect(reply.status).toBe(200);
      expect(reply.body.event).toMatchObject({
        startTs: event.startTs,
        recurrence: event.recurrence,
        ...body,
      });
    }
  });

  it('what is not there is 404, however bad its until would be', async () => {
    const user = await newUser();
    const body = { startTs: 0, recurrence: { ...daily, until: 732 * DAY } };
    expectProblem(await door.event(user, 'PUT', NOBODY, { body }), 'not-found');
    const { recurrence } = body;
    expectProblem(await door.event(user, 'PUT', NOBODY, { body: { recurrence } }), 'not-found');
  });
});

describe('recurrence', () => {
  it('null makes the event single', async () => {
    const { user, id } = await series();
    expect(await changed(user, id, { recurrence: null })).toMatchObject({ recurrence: null });
    expect(await daysOf(user, id)).toEqual([0]);
  });

  it('absent is kept', async () => {
    const { user, id, event } = await series();
    for (const body of [{ duration: 5 }, { busy: true }, { startTs }]) {
      expect(await changed(user, id, body)).toMatchObject({ recurrence: event.recurrence });
      expect(await daysOf(user, id)).toEqual([0, 2, 3, 4]);
    }
    await changed(user, id, { startTs: startTs + 2 * DAY });
    expect(await daysOf(user, id)).toEqual([2, 3, 4, 5, 6]);
  });

  it('given makes a single event recur', async () => {
    const user = await newUser();
    const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR };
    const { id } = await made(user, body);
    await changed(user, id, { recurrence: { ...daily, interval: 3 } });
    expect(await daysOf(user, id)).toEqual([0, 3, 6]);
  });
});

describe('exdates', () => {
  it('are cleared by a changed start', async () => {
    for (const start of [startTs + 1, startTs - DAY, 0]) {
      const { user, id } = await series();
      expect(await changed(user, id, { startTs: start })).toMatchObject({ startTs: start, exdates: [] });
      expect((await admin.event(user, 'GET', id)).body.event.exdates).toEqual([]);
    }
  });

  it('are kept by an unchanged start, and by everything else', async () => {
    const { user, id, event } = await series();
    for (const body of [{ startTs }, { startTs, duration: 5 }, { recurrence: daily }, { metadata: {} }, {}]) {
      expect((await changed(user, id, body)).exdates).toEqual(event.exdates);
    }
  });

  it('given beside a changed start are taken, an empty list too', async () => {
    const { user, id } = await series();
    const exdates = [startTs + 3 * DAY];
    expect((await changed(user, id, { startTs: startTs + DAY, exdates })).exdates).toEqual(exdates);
    expect(await daysOf(user, id)).toEqual([1, 2, 4, 5]);
    expect((await changed(user, id, { startTs, exdates: [] })).exdates).toEqual([]);
    expect(await daysOf(user, id)).toEqual([0, 1, 2, 3, 4]);
  });

  it('that are no instances take nothing out', async () => {
    const { user, id } = await series();
    await changed(user, id, { exdates: [startTs + 1, startTs + DAY - 1, 0] });
    expect(await daysOf(user, id)).toEqual([0, 1, 2, 3, 4]);
  });
});

it('the service of an event is kept until another is named', async () => {
  const user = await newUser();
  const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
  const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR, serviceId: one };
  const { id } = await made(user, body);
  const stored = () =>
    env.DB.prepare('SELECT service_id FROM events WHERE id = ?').bind(id).first('service_id');
  expect(await stored()).toBe(one);
  await changed(user, id, { busy: true });
  expect(await stored()).toBe(one);
  await changed(user, id, { serviceId: two });
  expect(await stored()).toBe(two);
});
