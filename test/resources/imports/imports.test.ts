/** Imports of calendar files: by UID, all of a file or nothing, and what it says of it is true. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { batch } from '../../../src/db/connection.ts';
import { system } from '../../../src/db/scope.ts';
import { insertImported, insertUids } from '../../../src/resources/imports/sql.ts';
import { type Call, counting, newUser, type User } from '../../support/client.ts';
import { countOf, snapshot, writing } from '../../support/database.ts';
import { DAY } from '../../support/events.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';

const START = Date.UTC(2030, 0, 8, 8);
const headers = { 'content-type': 'text/calendar; charset=utf-8' };
const vevent = (uid: string, ...lines: string[]) =>
  [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    ...(lines.some((line) => /^(DTSTART|STATUS)/.test(line)) ? [] : ['DTSTART:20300108T080000Z']),
    'DURATION:PT1H',
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
const file = (...events: string[]) => ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR'].join('\r\n');

interface World {
  user: User;
  calendar: string;
  send: (text: BodyInit, more?: Call) => ReturnType<User['call']>;
  events: () => Promise<
    { id: string; version?: number; metadata: Record<string, string>; startTs: number }[]
  >;
}

async function newWorld(timezone = 'UTC'): Promise<World> {
  const user = await newUser();
  const calendar = await user.newCalendar(timezone);
  return {
    user,
    calendar,
    send: (raw, more) => user.call('POST', `/calendar/${calendar}/import`, { raw, headers, ...more }),
    events: async () => (await user.call('GET', '/events?limit=100')).body.events,
  };
}

describe('a file', () => {
  it('is imported once: sent again it changes nothing, and a newer version of an event updates that one', async () => {
    const { send, events, user } = await newWorld('Europe/Oslo');
    const series = (...lines: string[]) =>
      vevent(
        'series',
        'DTSTART;TZID=Europe/Oslo:20300108T090000',
        'RRULE:FREQ=WEEKLY;COUNT=3',
        'EXDATE;TZID=Europe/Oslo:20300115T090000',
        ...lines,
      );
    const first = file(series(), vevent('single', 'SUMMARY:One'));
    expect((await send(first)).body).toEqual({ created: 2, updated: 0, unchanged: 0, skipped: [] });
    const before = await snapshot();
    expect((await send(first)).body).toEqual({ created: 0, updated: 0, unchanged: 2, skipped: [] });
    expect(await snapshot()).toEqual(before);
    const [one, two] = await events();
    expect([one, two]).toMatchObject([
      {
        startTs: START,
        duration: 3_600_000,
        busy: true,
        recurrence: { freq: 'weekly', count: 3 },
        exdates: [START + 7 * DAY],
      },
      { metadata: { title: 'One' } },
    ]);
    for (const newer of ['SEQUENCE:1', 'SEQUENCE:1\r\nLAST-MODIFIED:20300101T000000Z']) {
      const next = file(series(), vevent('single', `SUMMARY:${newer.length}`, newer));
      expect((await send(next)).body).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
      expect((await send(next)).body).toMatchObject({ updated: 0, unchanged: 2 });
      expect((await user.call('GET', `/events/${two?.id}`)).body.event.metadata).toEqual({
        title: String(newer.length),
      });
    }
    expect((await send(file(vevent('single', 'SUMMARY:old')))).body).toMatchObject({
      updated: 0,
      unchanged: 1,
    });
  });

  it('keeps the zone and the week start of a series, whatever the calendar has, and takes a date as a whole day', async () => {
    const { send, events, user, calendar } = await newWorld('Europe/Oslo');
    const settings = { timezone: 'Asia/Tokyo', weekStart: 'Sat' };
    expect((await user.call('PUT', `/calendar/${calendar}`, { body: settings })).status).toBe(200);
    const series = vevent('a', 'DTSTART;TZID=America/New_York:20300108T090000', 'RRULE:FREQ=WEEKLY;WKST=SU');
    const dates = vevent(
      'b',
      'DTSTART;VALUE=DATE:20300704',
      'DTEND;VALUE=DATE:20300706',
      'RRULE:FREQ=YEARLY',
    );
    expect((await send(file(series, dates))).body).toMatchObject({ created: 2, skipped: [] });
    expect(await events()).toMatchObject([
      { timezone: 'America/New_York', recurrence: { freq: 'weekly', weekStart: 'Sun' } },
      { allDay: true, date: '2030-07-04', days: 2, startTs: Date.parse('2030-07-04T00:00:00+09:00') },
    ]);
    const newer = dates.replace('VALUE=DATE:20300706', 'VALUE=DATE:20300707\r\nSEQUENCE:1');
    expect((await send(file(series, newer))).body).toMatchObject({ updated: 1, unchanged: 1 });
    expect((await events())[1]).toMatchObject({ allDay: true, date: '2030-07-04', days: 3 });
  });

  it('cancels what it cancels, and takes back an occurrence that no longer stands for itself', async () => {
    const { send, events } = await newWorld();
    const moved = vevent('a', 'DTSTART:20300109T100000Z', 'RECURRENCE-ID:20300109T080000Z');
    const series = (sequence: number) => vevent('a', `SEQUENCE:${sequence}`, 'RRULE:FREQ=DAILY;COUNT=3');
    expect((await send(file(series(0), moved))).body).toMatchObject({ created: 2 });
    expect((await send(file(series(1)))).body).toMatchObject({ updated: 1, unchanged: 0 });
    expect(await events()).toMatchObject([{ startTs: START, exdates: [] }]);
    expect((await send(file(vevent('a', 'STATUS:CANCELLED', 'SEQUENCE:2')))).body).toMatchObject({
      created: 0,
    });
    expect(await events()).toEqual([]);
  });

  it('that has fewer events than the one before takes none away', async () => {
    const { send, events } = await newWorld();
    await send(file(vevent('a'), vevent('b')));
    await send(file(vevent('a')));
    expect(await events()).toHaveLength(2);
  });

  it('brings back an event that was deleted, and belongs to its calendar alone', async () => {
    const { send, events, user, calendar } = await newWorld();
    await send(file(vevent('a')));
    const [event] = await events();
    await user.call('DELETE', `/events/${event?.id}`);
    expect((await send(file(vevent('a')))).body).toMatchObject({ created: 1 });
    const other = await user.newCalendar();
    const reply = await user.call('POST', `/calendar/${other}/import`, { raw: file(vevent('a')), headers });
    expect(reply.body).toMatchObject({ created: 1 });
    await user.call('DELETE', `/calendar/${calendar}`);
    expect(await countOf('imported_events', user.account.id)).toBe(1);
  });

  it('says what it skips, and imports the rest', async () => {
    const { send } = await newWorld();
    const { body } = await send(
      file(vevent('a'), vevent('b', 'RRULE:FREQ=SECONDLY'), 'BEGIN:VTODO', 'UID:c', 'END:VTODO'),
    );
    expect(body).toEqual({
      ...{ created: 1, updated: 0, unchanged: 0 },
      skipped: [
        { uid: 'c', reason: 'it is a VTODO, not an event' },
        { uid: 'b', reason: expect.stringContaining('seconds') },
      ],
    });
  });

  it('takes two round trips, and three rows written for an event more than a creation', async () => {
    const { send, user, calendar } = await newWorld();
    const { db, trips } = counting();
    await send(file(vevent('a')), { env: { DB: db } });
    expect(trips()).toBe(2);
    const { db: written, rows } = writing();
    await send(file(vevent('b')), { env: { DB: written } });
    const { db: plain, rows: created } = writing();
    const body = { calendarId: calendar, startTs: START, duration: 3_600_000, busy: true };
    await user.call('POST', '/events', { body, env: { DB: plain } });
    expect(rows() - created()).toBeLessThanOrEqual(3);
  });

  it('of 2,000 events is one batch, counted as events of the account', async () => {
    const { send, user } = await newWorld();
    const { body } = await send(file(...Array.from({ length: 2000 }, (_, i) => vevent(`e${i}`))));
    expect(body).toEqual({ created: 2000, updated: 0, unchanged: 0, skipped: [] });
    const { quotas } = (await user.account.call('GET', '/account')).body.account;
    expect(quotas.events.use).toBeGreaterThanOrEqual(1750);
    expect(await countOf('events', user.account.id)).toBe(2000);
  });

  it('that two requests send at once is imported once', async () => {
    const { send, events } = await newWorld();
    const replies = await Promise.all(Array.from({ length: 4 }, () => send(file(vevent('a'), vevent('b')))));
    expect(replies.reduce((sum, { body }) => sum + body.created, 0)).toBe(2);
    expect(await events()).toHaveLength(2);
  });

  it('of the service itself is read back', async () => {
    const { user, calendar } = await newWorld('Europe/Oslo');
    const body = {
      calendarId: calendar,
      startTs: START,
      duration: 3_600_000,
      recurrence: { freq: 'weekly', interval: 1 },
    };
    await user.call('POST', '/events', { body });
    const text = (await user.call('GET', `/calendar/${calendar}.ics`)).body;
    const other = await user.newCalendar('Europe/Oslo');
    expect((await user.call('POST', `/calendar/${other}/import`, { raw: text, headers })).body).toMatchObject(
      { created: 1, skipped: [] },
    );
  });
});

describe('an import is refused', () => {
  it('for another media type, a coded or an overlong body, bytes that are no UTF-8 and no calendar; nothing is written', async () => {
    const { send } = await newWorld();
    const before = await snapshot();
    expectProblem(
      await send(file(), { headers: { 'content-type': 'application/json' } }),
      'media-type-unsupported',
    );
    expectProblem(
      await send(file(), { headers: { ...headers, 'content-encoding': 'gzip' } }),
      'content-encoding-unsupported',
    );
    expectProblem(await send('x'.repeat(1024 ** 2 + 1)), 'body-too-large');
    expectInvalid(await send(new Uint8Array([0xff, 0xfe])), 'body');
    for (const text of ['', 'x', '<html>']) expectInvalid(await send(text), 'body');
    expectInvalid(await send(file(...Array.from({ length: 5001 }, (_, i) => vevent(`e${i}`)))), 'body');
    const dates = Array.from(
      { length: 700 },
      (_, i) =>
        `2031${String(1 + (Math.floor(i / 28) % 12)).padStart(2, '0')}${String(1 + (i % 28)).padStart(2, '0')}T${String(i % 24).padStart(2, '0')}0000Z`,
    );
    expectInvalid(
      await send(file(vevent('a', `DESCRIPTION:${'x'.repeat(4000)}`, `RDATE:${dates.join(',')}`))),
      'body',
    );
    expect(await snapshot()).toEqual(before);
  });

  it('without the permission, and into the calendar of another user', async () => {
    const { send, user, calendar } = await newWorld();
    const claims = { schedulerPolicy: { allow: ['UpdateCalendarEvent'] } };
    expectProblem(await send(file(vevent('a')), { claims } as Call), 'policy-denied');
    const other = await user.account.newUser();
    expectProblem(
      await other.call('POST', `/calendar/${calendar}/import`, { raw: file(vevent('a')), headers }),
      'not-found',
    );
  });

  it('by its own statements once the calendar is gone', async () => {
    const { user, calendar } = await newWorld();
    await user.call('DELETE', `/calendar/${calendar}`);
    const row = {
      uid: 'a',
      part: '',
      sequence: 0,
      modified: 0,
      id: crypto.randomUUID(),
      start: 0,
      duration: 0,
      busy: 1,
    };
    const rows = [
      {
        ...row,
        timezone: 'UTC',
        days: null,
        recurrence: null,
        lastStart: 0,
        exdates: '[]',
        reminders: '[]',
        metadata: '{}',
      },
    ];
    const scope = system(user.account.id);
    await batch(env.DB, [insertImported(scope, calendar, rows, 1), insertUids(scope, calendar, rows)]);
    expect(await countOf('events', user.account.id)).toBe(0);
  });
});
