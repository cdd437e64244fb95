/** Updates of events: absent fields stay, and a rejected update changes nothing. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { NOBODY, type User } from '../../support/client.ts';
import { snapshot } from '../../support/database.ts';
import { byAccount, changed, DAY, doors, HOUR, instancesOf, made, newUser } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { newService } from '../../support/scheduling.ts';

const startTs = Date.UTC(2024, 2, 4, 9);
const daily = { freq: 'daily', interval: 1 } as const;
const week = { startTs, endTs: startTs + 7 * DAY };

/** A series of five days without the second. */
async function series(more: object = {}) {
  const user = await newUser();
  const calendarId = await user.newCalendar();
  const recurrence = { ...daily, count: 5 };
  const { id } = await made(user, { calendarId, startTs, duration: HOUR, recurrence, ...more });
  const event = await changed(user, id, { exdates: [startTs + DAY] });
  return { user, id, event };
}

/** The days of that week, counted from the start, on which an event takes place. */
const daysOf = async (user: User, id: string) =>
  (await instancesOf(user, id, week)).map((instance) => (instance.startTs - startTs) / DAY);

describe.each(doors)('by %s', (_, door) => {
  it('keeps absent fields and sets the others', async () => {
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
      { timezone: 'Asia/Tokyo' },
      { recurrence: { freq: 'weekly', interval: 2, byweekday: ['Tue'], weekStart: 'Sun' } },
      { exdates: [] },
      { startTs: 0 },
      { recurrence: null },
      {
        startTs,
        duration: 5,
        busy: false,
        recurrence: { ...daily, weekStart: 'Mon' },
        exdates: [startTs],
        metadata: { e: 'f' },
      },
    ];
    for (const [i, step] of steps.entries()) {
      // The exceptions that are no occurrences of a new rule go.
      const kept =
        'recurrence' in step && !('exdates' in step) ? { exdates: i === 10 ? [startTs + DAY] : [] } : {};
      expected = { ...expected, ...kept, ...step, updated: 2000 + i };
      const reply = await door.event(user, 'PUT', expected.id, { body: step, now: 2000 + i });
      expect([step, reply.status]).toEqual([step, 200]);
      expect(reply.body).toEqual({ event: expected });
      expect((await door.event(user, 'GET', expected.id)).body).toEqual(reply.body);
    }
    expect(expected.created).toBe(1000);
  });

  it('leaves other events unchanged', async () => {
    const user = await newUser();
    const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR };
    const [one, two] = [await made(user, body), await made(user, body)];
    await door.event(user, 'PUT', one.id, { body: { startTs: 0, busy: true, metadata: { a: 'b' } } });
    expect((await door.event(user, 'GET', two.id)).body).toEqual({ event: two });
  });

  it('returns 400 for an until too far from the start, whichever of the two is new', async () => {
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

  it('accepts an until exactly 732 days from the start, whichever of the two is new', async () => {
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

  it('returns 404 for an unknown event, even with an invalid until', async () => {
    const user = await newUser();
    const body = { startTs: 0, recurrence: { ...daily, until: 732 * DAY } };
    expectProblem(await door.event(user, 'PUT', NOBODY, { body }), 'not-found');
    const { recurrence } = body;
    expectProblem(await door.event(user, 'PUT', NOBODY, { body: { recurrence } }), 'not-found');
  });
});

describe('recurrence', () => {
  it('becomes a single event with null', async () => {
    const { user, id } = await series();
    expect(await changed(user, id, { recurrence: null })).toMatchObject({ recurrence: null });
    expect(await daysOf(user, id)).toEqual([0]);
  });

  it('is kept if absent', async () => {
    const { user, id, event } = await series();
    for (const body of [{ duration: 5 }, { busy: true }, { startTs }]) {
      expect(await changed(user, id, body)).toMatchObject({ recurrence: event.recurrence });
      expect(await daysOf(user, id)).toEqual([0, 2, 3, 4]);
    }
    await changed(user, id, { startTs: startTs + 2 * DAY });
    expect(await daysOf(user, id)).toEqual([2, 3, 4, 5, 6]);
  });

  it('makes a single event recur', async () => {
    const user = await newUser();
    const body = { calendarId: await user.newCalendar(), startTs, duration: HOUR };
    const { id } = await made(user, body);
    await changed(user, id, { recurrence: { ...daily, interval: 3 } });
    expect(await daysOf(user, id)).toEqual([0, 3, 6]);
  });
});

describe('exdates', () => {
  it('follow their occurrences when the start changes, and go where it has none', async () => {
    for (const [start, exdates] of [
      [startTs + 1, [startTs + DAY + 1]],
      [startTs - DAY, [startTs + DAY]],
      [startTs + 2 * DAY, []],
    ] as const) {
      const { user, id } = await series();
      expect(await changed(user, id, { startTs: start })).toMatchObject({ startTs: start, exdates });
      expect((await byAccount.event(user, 'GET', id)).body.event.exdates).toEqual(exdates);
    }
  });

  it('are kept by an unchanged start and by other fields', async () => {
    const { user, id, event } = await series();
    for (const body of [{ startTs }, { startTs, duration: 5 }, { recurrence: daily }, { metadata: {} }, {}]) {
      expect((await changed(user, id, body)).exdates).toEqual(event.exdates);
    }
  });

  it('are replaced if sent with a new start, even by an empty list', async () => {
    const { user, id } = await series();
    const exdates = [startTs + 3 * DAY];
    expect((await changed(user, id, { startTs: startTs + DAY, exdates })).exdates).toEqual(exdates);
    expect(await daysOf(user, id)).toEqual([1, 2, 4, 5]);
    expect((await changed(user, id, { startTs, exdates: [] })).exdates).toEqual([]);
    expect(await daysOf(user, id)).toEqual([0, 1, 2, 3, 4]);
  });

  it('that match no instance remove none', async () => {
    const { user, id } = await series();
    await changed(user, id, { exdates: [startTs + 1, startTs + DAY - 1, 0] });
    expect(await daysOf(user, id)).toEqual([0, 1, 2, 3, 4]);
  });
});

it('an update keeps the service of an event until it names another', async () => {
  const user = await newUser();
  const [one, two] = [await newService(user.account), await newService(user.account)];
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
