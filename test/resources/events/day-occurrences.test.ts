/** One occurrence of a series of whole days, named by its date; and series that become timed ones, or the reverse. */
import { describe, expect, it } from 'vitest';
import type { CalendarEvent, Occurrence } from '../../../src/sdk/types.ts';
import { countOf } from '../../support/database.ts';
import { between, byAccount, DAY, doors, HOUR, made, newUser, query } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const ZONE = 'Europe/Berlin';
/** Clocks go forward on 31 March 2030. */
const march = between('2030-03-24T00:00Z', '2030-04-09T00:00Z');
const weekly = { freq: 'weekly', interval: 1 } as const;

async function series(body: object = {}) {
  const user = await newUser();
  const calendarId = await user.newCalendar(ZONE);
  const event = await made(user, { calendarId, date: '2030-03-24', busy: true, recurrence: weekly, ...body });
  return { user, calendarId, id: event.id, event };
}
type Series = Awaited<ReturnType<typeof series>>;

/** The occurrences of March, by both routes, which must agree. */
async function occurrencesOf({ user, id, calendarId }: Series, window = march): Promise<Occurrence[]> {
  const own = (await byAccount.instances(user, id, window)).body;
  const listed = (await byAccount.week(user, calendarId, window)).body.events;
  const mine = listed.filter(({ event }: { event: CalendarEvent }) => event.id === id);
  expect(mine).toEqual(own.instances.length ? [{ event: own.event, instances: own.instances }] : []);
  return own.instances;
}

/** The dates on which occurrences begin, with their original dates where those differ. */
const dates = (occurrences: readonly Occurrence[]) =>
  occurrences.map(({ date, days, originalDate }) => {
    const shown = days === 1 ? date : `${date}+${days}`;
    return originalDate === date ? shown : `${originalDate} → ${shown}`;
  });

describe.each(doors)('by %s', (_, door) => {
  it('an occurrence of whole days is changed, cancelled and reset by its date', async () => {
    const there = await series();
    const { user, id } = there;
    const at = (date: string | number, more = '') => `${id}/instances/${date}${more}`;
    const moved = await door.event(user, 'PUT', at('2030-03-31'), { body: { date: '2030-04-01', days: 2 } });
    const instance = {
      ...{ startTs: Date.UTC(2030, 2, 31, 22), endTs: Date.UTC(2030, 3, 2, 22), busy: true },
      ...{ allDay: true, date: '2030-04-01', days: 2, overridden: true },
      ...{ originalDate: '2030-03-31', originalStartTs: Date.UTC(2030, 2, 30, 23) },
    };
    expect([moved.status, moved.body.instance]).toEqual([200, instance]);
    expect(moved.body.event.exdates).toEqual([]);
    const found = await occurrencesOf(there);
    expect(found[1]).toEqual(instance);
    expect(dates(found)).toEqual(['2030-03-24', '2030-03-31 → 2030-04-01+2', '2030-04-07']);
    const { busy } = (await user.call('GET', `/user/${user.id}/freebusy${query(march)}`)).body;
    expect(busy).toEqual(found.map(({ startTs, endTs }) => ({ startTs, endTs, busy: true })));

    // Only its length is its own: it stays on its date, of 23 hours.
    const long = await door.event(user, 'PUT', at('2030-03-31'), { body: { days: 1, metadata: { a: 'b' } } });
    expect(long.body.instance).toMatchObject({ date: '2030-03-31', days: 1, metadata: { a: 'b' } });
    expect(long.body.instance.endTs - long.body.instance.startTs).toBe(23 * HOUR);

    const gone = await door.event(user, 'DELETE', at('2030-03-31'));
    expect(gone.body.event.exdates).toEqual(['2030-03-31']);
    expect(dates(await occurrencesOf(there))).toEqual(['2030-03-24', '2030-04-07']);
    // Its first moment names it, too.
    const reset = await door.event(user, 'POST', at(Date.UTC(2030, 2, 30, 23), '/reset'));
    expect(reset.body.instance).toEqual((await occurrencesOf(there))[1]);
    expect(dates(await occurrencesOf(there))).toEqual(['2030-03-24', '2030-03-31', '2030-04-07']);
    expect(await countOf('events', user.account.id)).toBe(1);
  });

  it('what names no occurrence is 404, and members of the other kind are refused', async () => {
    const { user, id, calendarId, event } = await series();
    const timed = await made(user, {
      ...{ calendarId, startTs: Date.UTC(2030, 2, 24, 9), duration: HOUR, recurrence: weekly },
    });
    for (const path of [
      ...['2030-03-25', '2030-02-30', '2030-03-17', Date.UTC(2030, 2, 31), '9999999999999999'].map(
        (one) => `${id}/instances/${one}`,
      ),
      `${timed.id}/instances/2030-03-31`,
    ]) {
      expectProblem(await door.event(user, 'PUT', path, { body: { busy: false } }), 'not-found');
      expectProblem(await door.event(user, 'DELETE', path), 'not-found');
    }
    const put = (path: string, body: object) => door.event(user, 'PUT', path, { body });
    const [day, moment] = [`${id}/instances/2030-03-31`, `${timed.id}/instances/${Date.UTC(2030, 2, 31, 8)}`];
    expectInvalid(await put(day, { startTs: 0 }), 'startTs');
    expectInvalid(await put(day, { duration: DAY }), 'duration');
    expectInvalid(await put(day, { date: '2030-04-01', duration: DAY }), 'duration');
    expectInvalid(await put(day, { days: 367 }), 'days');
    expectInvalid(await put(moment, { date: '2030-04-01' }), 'date');
    expectInvalid(await put(moment, { days: 2 }), 'days');
    const split = (of: string, body: object) => door.event(user, 'POST', `${of}/split`, { body });
    expectInvalid(await split(id, { busy: false }), 'originalStartTs');
    expectInvalid(await split(id, { originalDate: '2030-03-31', originalStartTs: 1 }), 'originalStartTs');
    expectInvalid(await split(id, { originalDate: '2030-03-24' }), 'originalDate');
    expectInvalid(await split(id, { originalDate: '2030-03-31', exdates: [1] }), 'exdates[0]');
    expectInvalid(
      await split(timed.id, { originalStartTs: Date.UTC(2030, 2, 31, 8), exdates: ['2030-04-07'] }),
      'exdates[0]',
    );
    expect((await door.event(user, 'GET', id)).body.event).toEqual(event);
  });

  it('a series of whole days is split, and ended, before a date', async () => {
    const there = await series({ recurrence: { ...weekly, until: '2030-04-30' } });
    const { user, id, calendarId } = there;
    const put = (date: string, body: object) => door.event(user, 'PUT', `${id}/instances/${date}`, { body });
    await put('2030-03-31', { date: '2030-03-30' });
    await put('2030-04-07', { metadata: { seven: 'yes' } });
    const { status, body } = await door.event(user, 'POST', `${id}/split`, {
      body: { originalDate: '2030-04-07', date: '2030-04-08', days: 2 },
    });
    expect(status).toBe(201);
    expect(body.event.recurrence.until).toBe('2030-04-06');
    expect(body.following).toMatchObject({
      ...{ date: '2030-04-08', days: 2, allDay: true, timezone: ZONE },
      recurrence: { until: '2030-04-30' },
    });
    const april = between('2030-03-20T00:00Z', '2030-05-05T00:00Z');
    const following = { user, id: body.following.id, calendarId, event: body.following };
    expect(dates(await occurrencesOf(there, april))).toEqual(['2030-03-24', '2030-03-31 → 2030-03-30']);
    const rest = await occurrencesOf(following, april);
    expect(dates(rest)).toEqual(['2030-04-08+2', '2030-04-15+2', '2030-04-22+2', '2030-04-29+2']);
    expect(rest[0]?.metadata).toEqual({ seven: 'yes' });
    expect((await door.event(user, 'GET', following.id)).body.event).toEqual(body.following);

    const ended = await door.event(user, 'DELETE', `${following.id}?from=2030-04-22`);
    expect(ended.body.event.recurrence.until).toBe('2030-04-21');
    expect(dates(await occurrencesOf(following, april))).toEqual(['2030-04-08+2', '2030-04-15+2']);
    expectInvalid(await door.event(user, 'DELETE', `${following.id}?from=monday`), 'from');
  });
});

it("what is whole days follows its calendar's zone, an override of it too", async () => {
  const there = await series();
  const { user, id, calendarId } = there;
  await byAccount.event(user, 'PUT', `${id}/instances/2030-03-31`, { body: { date: '2030-04-02' } });
  await user.account.call('PUT', `/user/calendar/${calendarId}`, { body: { timezone: 'Asia/Tokyo' } });
  const found = await occurrencesOf(there);
  expect(dates(found)).toEqual(['2030-03-24', '2030-03-31 → 2030-04-02', '2030-04-07']);
  expect(found[1]?.startTs).toBe(Date.UTC(2030, 3, 1, 15));
});

it('exceptions stay on their dates where the start moves, and where whole days become timed and back', async () => {
  const there = await series({ recurrence: { freq: 'daily', interval: 1, count: 8 } });
  const { user, id, event } = there;
  const put = (body: object, more = '') => byAccount.event(user, 'PUT', id + more, { body });
  await put({ date: '2030-03-29', metadata: { own: 'yes' } }, '/instances/2030-03-26');
  await put({ busy: false }, '/instances/2030-03-27');
  expect((await byAccount.event(user, 'DELETE', `${id}/instances/2030-03-25`)).status).toBe(200);
  const timed = await put({ startTs: Date.UTC(2030, 2, 24, 8), duration: HOUR, timezone: ZONE });
  expect([timed.status, timed.body.event.exdates]).toEqual([200, [Date.UTC(2030, 2, 25, 8)]]);
  const clock = await occurrencesOf(there);
  expect(clock.map(({ startTs }) => startTs)).toEqual(
    // At 09:00 in Berlin, also after the change of clocks. A date of its own is lost with the kind of the event.
    [24, 26, 27, 28, 29, 30].map((day) => Date.UTC(2030, 2, day, 8)).concat(Date.UTC(2030, 2, 31, 7)),
  );
  expect(clock[1]).toMatchObject({ overridden: true, metadata: { own: 'yes' }, busy: true });
  expect(clock[2]).toMatchObject({ overridden: true, busy: false });
  expect(clock.every((one) => one.allDay === undefined)).toBe(true);
  const again = await put({ date: '2030-03-24' });
  expect(again.body.event).toEqual({ ...event, exdates: ['2030-03-25'], updated: expect.any(Number) });
  const whole = await occurrencesOf(there);
  expect(dates(whole)).toEqual([24, 26, 27, 28, 29, 30, 31].map((day) => `2030-03-${day}`));
  expect(whole[1]).toMatchObject({ overridden: true, metadata: { own: 'yes' } });
  // A day later: the exceptions go with the series.
  const moved = await put({ date: '2030-04-24' });
  expect(moved.body.event.exdates).toEqual(['2030-04-25']);
  // A single day has none.
  expect((await put({ recurrence: null })).body.event.exdates).toEqual([]);
  expect(await countOf('events', user.account.id)).toBe(1);
});
