/** Calendars whose events come from a URL: what they are to their users, and to everything that reads calendars. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/env.ts';
import { sweep } from '../../../src/jobs/cron.ts';
import { everyMinute } from '../../../src/jobs/every-minute.ts';
import { newUser } from '../../support/client.ts';
import { countOf, writing } from '../../support/database.ts';
import { expectInvalid, expectProblem } from '../../support/problem.ts';
import { finishRemovals } from '../../support/removals.ts';
import { open } from '../../support/webhooks.ts';
import {
  DAY,
  deleteOthers,
  feed,
  file,
  HOUR,
  MINUTE,
  NOW,
  run,
  stubServers,
  subscribed,
  text,
  vevent,
} from './world.ts';

beforeAll(() => void stubServers());

const one = () => text(file(vevent('one', 'SUMMARY:One')));

describe('a subscription', () => {
  it('is made with its calendar, by a user and by the account, and answered wherever the calendar is', async () => {
    const { user, account, id, calendar } = await subscribed(one, { busy: 'none' });
    const { url } = (await calendar()).subscription as { url: string };
    const subscription = {
      url,
      refreshMinutes: 60,
      busy: 'none',
      fetchedAt: null,
      changedAt: null,
      error: null,
    };
    expect((await calendar()).subscription).toEqual(subscription);
    const listed = await account.call('GET', `/user/${user.id}/calendar`);
    expect(listed.body.calendars).toMatchObject([{ id, subscription }]);
    const webcal = feed(one).replace('https:', 'webcal:');
    const body = { timezone: 'UTC', metadata: { a: 'b' }, subscription: { url: webcal, refreshMinutes: 15 } };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const made = await account.call('POST', `/user/${user.id}/calendar`, { body, headers });
    expect(made).toMatchObject({
      status: 201,
      body: {
        calendar: {
          metadata: { a: 'b' },
          subscription: { url: webcal.replace('webcal:', 'https:'), refreshMinutes: 15, busy: 'as-written' },
        },
      },
    });
    const again = await account.call('POST', `/user/${user.id}/calendar`, { body, headers });
    expect([again.body, again.headers.get('etag')]).toEqual([made.body, made.headers.get('etag')]);
    const read = await user.call('GET', `/calendar/${made.body.calendar.id}`);
    expect([read.body, read.headers.get('etag')]).toEqual([made.body, made.headers.get('etag')]);
    const ordinary = await user.newCalendar();
    expect((await user.call('GET', `/calendar/${ordinary}`)).body.calendar).not.toHaveProperty(
      'subscription',
    );
  });

  it.each([
    [{ url: 'ftp://calendars.example/a.ics' }, 'subscription.url'],
    [{ url: 'calendar.ics' }, 'subscription.url'],
    [{ url: 'https://user:secret@calendars.example/a.ics' }, 'subscription.url'],
    [{ url: 'https://127.0.0.1/a.ics' }, 'subscription.url'],
    [{ url: 'webcal://[::1]/a.ics' }, 'subscription.url'],
    [{ url: 'http://localhost/a.ics' }, 'subscription.url'],
    [{ url: `https://calendars.example/${'a'.repeat(2048)}` }, 'subscription.url'],
    [{}, 'subscription.url'],
    [{ url: 'https://calendars.example', refreshMinutes: 14 }, 'subscription.refreshMinutes'],
    [{ url: 'https://calendars.example', refreshMinutes: 1441 }, 'subscription.refreshMinutes'],
    [{ url: 'https://calendars.example', busy: 'maybe' }, 'subscription.busy'],
    ['https://calendars.example', 'subscription'],
  ])('is refused with %j', async (subscription, path) => {
    const user = await newUser();
    expectInvalid(await user.call('POST', '/calendar', { body: { timezone: 'UTC', subscription } }), path);
    expect(await countOf('subscriptions', user.account.id)).toBe(0);
  });

  it('is one of at most ten of a user; none is of a user who does not exist', async () => {
    const user = await newUser();
    const body = { timezone: 'UTC', subscription: { url: feed(one) } };
    const made = await Promise.all(
      Array.from({ length: 11 }, () => user.call('POST', '/calendar', { body })),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(10);
    for (const reply of made) if (reply.status !== 201) expectProblem(reply, 'subscription-limit');
    expect(await countOf('calendars', user.account.id)).toBe(10);
    const stranger = `/user/${crypto.randomUUID()}/calendar`;
    expectProblem(await user.account.call('POST', stranger, { body }), 'not-found');
    const id = made.find(({ status }) => status === 201)?.body.calendar.id;
    await user.call('DELETE', `/calendar/${id}`);
    expect((await user.call('POST', '/calendar', { body })).status).toBe(201);
  });

  it('is changed by its members, fetched anew where its events depend on it, and of no ordinary calendar', async () => {
    const { user, id, calendar, events, refresh } = await subscribed(one, { refreshMinutes: 1440 });
    await refresh();
    expect(await events()).toMatchObject([{ busy: true }]);
    const put = (body: object, headers = {}) => user.call('PUT', `/calendar/${id}`, { body, headers });
    const etag = (await user.call('GET', `/calendar/${id}`)).headers.get('etag') ?? '';
    expect(
      (await put({ subscription: { refreshMinutes: 30 } }, { 'if-match': etag })).body.calendar,
    ).toMatchObject({
      subscription: { refreshMinutes: 30, busy: 'as-written' },
    });
    expectProblem(await put({ subscription: { busy: 'all' } }, { 'if-match': etag }), 'precondition-failed');
    await run(NOW + MINUTE);
    expect((await calendar()).subscription).toMatchObject({ fetchedAt: NOW });
    expect(
      (await put({ subscription: { busy: 'none' }, metadata: { a: 'b' } })).body.calendar.metadata,
    ).toEqual({ a: 'b' });
    await run(NOW + MINUTE);
    expect(await events()).toMatchObject([{ busy: false }]);
    const other = feed(() => text(file(vevent('two', 'DTSTART:20300109T080000', 'SUMMARY:Two'))));
    await put({ subscription: { url: other } });
    await run(NOW + 2 * MINUTE);
    expect(await events()).toMatchObject([{ startTs: Date.UTC(2030, 0, 9, 8), metadata: { title: 'Two' } }]);
    await put({ settings: { timezone: 'Asia/Tokyo' } });
    await run(NOW + 3 * MINUTE);
    expect(await events()).toMatchObject([{ startTs: Date.UTC(2030, 0, 8, 23), timezone: 'Asia/Tokyo' }]);
    expectInvalid(await put({ subscription: { url: 'https://10.0.0.1' } }), 'subscription.url');
    const ordinary = await user.newCalendar();
    const body = { timezone: 'Asia/Tokyo', subscription: { url: other } };
    expectInvalid(await user.call('PUT', `/calendar/${ordinary}`, { body }), 'subscription');
    expect((await user.call('GET', `/calendar/${ordinary}`)).body.calendar.settings.timezone).toBe('UTC');
    const gone = `/calendar/${crypto.randomUUID()}`;
    expectProblem(await user.call('PUT', gone, { body }), 'not-found');
  });

  it('refuses every write to its events', async () => {
    const series = () => text(file(vevent('one', 'RRULE:FREQ=DAILY;COUNT=5', 'EXDATE:20300109T080000Z')));
    const { user, account, id, events, refresh } = await subscribed(series);
    await refresh();
    const before = await events();
    const original = Date.UTC(2030, 0, 10, 8);
    const event = { id: before[0]?.id };
    const body = { calendarId: id, startTs: NOW, duration: HOUR };
    const headers = { 'content-type': 'text/calendar' };
    const refused = [
      await user.call('POST', '/events', { body }),
      await account.call('POST', `/user/${user.id}/events`, { body }),
      await user.call('PUT', `/events/${event.id}`, { body: { metadata: {} } }),
      await account.call('PUT', `/user/events/${event.id}`, { body: { duration: 1 } }),
      await user.call('DELETE', `/events/${event.id}`),
      await user.call('DELETE', `/events/${event.id}?from=${original}`),
      await user.call('PUT', `/events/${event.id}/instances/${original}`, { body: { busy: false } }),
      await user.call('DELETE', `/events/${event.id}/instances/${original}`),
      await user.call('POST', `/events/${event.id}/instances/${original - DAY}/reset`),
      await user.call('POST', `/events/${event.id}/split`, { body: { originalStartTs: original } }),
      await user.call('POST', `/calendar/${id}/import`, { raw: file(vevent('two')), headers }),
      await user.call('POST', `/calendar/${id}/import`, { raw: file(vevent('one', 'SEQUENCE:7')), headers }),
    ];
    for (const reply of refused) expectProblem(reply, 'calendar-read-only');
    const { body: service } = await account.call('POST', '/service', { body: {} });
    const hosts = `/service/${service.service.id}/users`;
    const host = { userId: user.id };
    expectProblem(
      await account.call('POST', hosts, { body: { ...host, bookingCalendarId: id } }),
      'calendar-read-only',
    );
    expect((await account.call('POST', hosts, { body: host })).status).toBe(200);
    const put = await account.call('PUT', `${hosts}/${user.id}`, { body: { bookingCalendarId: id } });
    expectProblem(put, 'calendar-read-only');
    expect(await events()).toEqual(before);
    expectProblem(await (await newUser()).call('DELETE', `/events/${event.id}`), 'not-found');
  });

  it('keeps its host from being booked, and bookings go to the first busy calendar that takes them', async () => {
    const { user, account, id } = await subscribed(() =>
      text(file(vevent('busy', 'DTSTART:20300109T090000Z'))),
    );
    const rules = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'].map((value) => ({
      variant: { type: 'WDay', value },
      intervals: [{ start: { hours: 8, minutes: 0 }, end: { hours: 11, minutes: 0 } }],
    }));
    const { schedule } = (await user.call('POST', '/schedule', { body: { timezone: 'UTC', rules } })).body;
    const own = await user.newCalendar();
    const { service } = (await account.call('POST', '/service', { body: {} })).body;
    const availability = { variant: 'Schedule', id: schedule.id };
    const added = await account.call('POST', `/service/${service.id}/users`, {
      body: { userId: user.id, availability },
    });
    expect(added.status).toBe(200);
    const addBusy = (calendar: string) =>
      account.call('PUT', `/service/${service.id}/users/${user.id}/busy`, {
        body: { busy: { provider: 'Nettu', id: calendar } },
      });
    expect((await addBusy(id)).status).toBe(200);
    const slots = async () => {
      const query = `?startDate=2030-01-09&endDate=2030-01-09&duration=${HOUR}&interval=${HOUR}`;
      const { body } = await account.call('GET', `/service/${service.id}/booking${query}`, { now: NOW });
      return (body.dates as { slots: { start: number }[] }[]).flatMap(({ slots }) =>
        slots.map(({ start }) => new Date(start).getUTCHours()),
      );
    };
    expect(await slots()).toEqual([8, 9, 10]);
    await run();
    expect(await slots()).toEqual([8, 10]);
    const book = (hour: number) =>
      account.call('POST', `/service/${service.id}/booking`, {
        body: { startTs: Date.UTC(2030, 0, 9, hour), duration: HOUR },
        now: NOW,
      });
    expectProblem(await book(9), 'slot-unavailable');
    expectProblem(await book(8), 'slot-unavailable');
    expect((await addBusy(own)).status).toBe(200);
    expectProblem(await book(9), 'slot-unavailable');
    expect((await book(8)).body).toMatchObject({ booking: { startTs: Date.UTC(2030, 0, 9, 8) } });
    const booked = await user.call('GET', `/calendar/${own}/events?startTs=${NOW}&endTs=${NOW + 7 * DAY}`);
    expect(booked.body.events).toHaveLength(1);
    const freebusy = await account.call(
      'GET',
      `/user/${user.id}/freebusy?startTs=${NOW}&endTs=${NOW + 7 * DAY}&calendarIds=${id}`,
      { now: NOW },
    );
    expect(freebusy.body.busy).toEqual([
      { startTs: Date.UTC(2030, 0, 9, 9), endTs: Date.UTC(2030, 0, 9, 10), busy: true },
    ]);
  });

  it('leaves nothing once its calendar, its user or its account is deleted', async () => {
    const mine = await subscribed(one);
    const other = await subscribed(one, {}, { user: await mine.account.newUser() });
    await run();
    expect(await countOf('imported_events', mine.account.id)).toBe(2);
    await mine.user.call('DELETE', `/calendar/${mine.id}`);
    await mine.account.call('DELETE', `/user/${other.user.id}`);
    expectProblem(await mine.refresh(NOW + HOUR), 'not-found');
    await run(NOW + DAY);
    await finishRemovals();
    for (const table of ['subscriptions', 'imported_events', 'events', 'calendars'])
      expect([table, await countOf(table, mine.account.id)]).toEqual([table, 0]);
    const last = await subscribed(one);
    await run(NOW + DAY);
    await env.DB.prepare("INSERT INTO removals (account_id, id, kind) VALUES (?1, ?1, 'account')")
      .bind(last.account.id)
      .run();
    await finishRemovals();
    expect(await countOf('subscriptions', last.account.id)).toBe(0);
  });
});

describe('a refresh', () => {
  it('fetches now, by both callers, at most once a minute, and raises the etag', async () => {
    let title = 'One';
    const { user, id, calendar, titles, refresh } = await subscribed(() =>
      text(file(vevent('one', `SUMMARY:${title}`))),
    );
    const etagOf = async () => (await user.call('GET', `/calendar/${id}`)).headers.get('etag');
    const first = await etagOf();
    const { status, body, headers } = await refresh();
    expect([status, body.calendar]).toEqual([200, await calendar()]);
    expect(body.calendar.subscription).toMatchObject({ fetchedAt: NOW, changedAt: NOW, error: null });
    expect(headers.get('etag') ?? (await etagOf())).toBe(await etagOf());
    expect(await etagOf()).not.toBe(first);
    title = 'Two';
    const soon = await refresh(NOW + 59_001);
    expectProblem(soon, 'rate-limited');
    expect(soon.headers.get('retry-after')).toBe('1');
    expect(await titles()).toEqual(['One']);
    const later = await refresh(NOW + MINUTE);
    expect(later.body.calendar.subscription).toMatchObject({
      fetchedAt: NOW + MINUTE,
      changedAt: NOW + MINUTE,
    });
    expect(await titles()).toEqual(['Two']);
  });

  it('is refused of an ordinary calendar, of one of another user, and without the permission', async () => {
    const { user, account, id, refresh } = await subscribed(one);
    expectInvalid(await user.call('POST', `/calendar/${await user.newCalendar()}/refresh`), 'calendarId');
    expectProblem(await (await account.newUser()).call('POST', `/calendar/${id}/refresh`), 'not-found');
    expectProblem(await (await newUser()).account.call('POST', `/user/calendar/${id}/refresh`), 'not-found');
    const claims = { schedulerPolicy: { allow: ['CreateCalendar'] } };
    expectProblem(await user.call('POST', `/calendar/${id}/refresh`, { claims }), 'policy-denied');
    expect((await refresh()).body.calendar.subscription.fetchedAt).toBe(NOW);
    const allowed = { schedulerPolicy: { allow: ['UpdateCalendar'] } };
    const byUser = await user.call('POST', `/calendar/${id}/refresh`, { claims: allowed });
    expect(byUser.status).toBe(200);
  });

  it('answers what is wrong where it fails, and what the account may not have is refused', async () => {
    const broken = await subscribed(() => new Response('', { status: 404 }));
    const { status, body } = await broken.refresh();
    expect([status, body.calendar.subscription]).toMatchObject([
      200,
      { fetchedAt: null, error: 'It answered 404. Check the address, or take a new one from the app.' },
    ]);
    const full = await subscribed(one);
    await env.DB.prepare(`UPDATE usage SET quotas = '{"events":0}' WHERE account_id = ?`)
      .bind(full.account.id)
      .run();
    expectProblem(await full.refresh(), 'quota-exceeded');
    await run(NOW + MINUTE);
    expect((await full.calendar()).subscription?.error).toMatch(/more than the account may have: 0 events/);
  });
});

describe('what is due', () => {
  it('is fetched by the cron, and not before it is due again', async () => {
    let fetches = 0;
    const { titles } = await subscribed(() => {
      fetches += 1;
      return text(file(vevent('one', `SUMMARY:${fetches}`)));
    });
    for (const minutes of [0, 1, 59]) await run(NOW + minutes * MINUTE);
    expect(await titles()).toEqual(['1']);
    await run(NOW + 64 * MINUTE);
    expect(await titles()).toEqual(['2']);
  });

  it('is fetched by the cron of every minute, or in a run of its own through the queue where there is one', async () => {
    await deleteOthers();
    const clock = () => NOW;
    const { titles } = await subscribed(one);
    const sent: unknown[] = [];
    const queue = { send: async (message: unknown) => void sent.push(message) };
    await everyMinute(
      { ...open, DELIVERIES_SLOW: queue as unknown as Queue<Message> },
      { clock },
      undefined,
      3,
    );
    expect([sent, await titles()]).toEqual([[{ shard: 3, place: 3, cron: 'subscriptions', at: NOW }], []]);
    await sweep(open, { shard: 0, cron: 'subscriptions', at: NOW });
    expect(await titles()).toEqual(['One']);
    const other = await subscribed(one);
    await everyMinute(open, { clock });
    expect(await other.titles()).toEqual(['One']);
  });

  it('costs two written rows where nothing is new, and what differs where something is', async () => {
    let body = file(...Array.from({ length: 20 }, (_, i) => vevent(`e${i}`, `SUMMARY:${i}`)));
    const { id, titles } = await subscribed(({ headers }) =>
      headers.get('if-none-match') === '"a"' && body.length < 10
        ? new Response(null, { status: 304 })
        : text(body, { etag: '"a"' }),
    );
    await env.DB.prepare('DELETE FROM subscriptions WHERE calendar_id <> ?').bind(id).run();
    await run();
    expect(await titles()).toHaveLength(20);
    const rowsOf = async (now: number) => {
      const { db, rows } = writing();
      await run(now, 2000, db);
      return rows();
    };
    const lease = await rowsOf(NOW + MINUTE);
    const same = await rowsOf(NOW + DAY);
    body = body.replaceAll('DURATION', 'DTSTAMP:20300107T000000Z\r\nSEQUENCE:9\r\nDURATION');
    const stamped = await rowsOf(NOW + 2 * DAY);
    body = body.replace('SUMMARY:7\r', 'SUMMARY:x\r');
    const differing = await rowsOf(NOW + 3 * DAY);
    body = '';
    expect({ lease, same: same - lease, stamped: stamped - lease }).toEqual({ lease, same: 2, stamped: 2 });
    expect(differing - lease).toBeLessThan(16);
    expect((await rowsOf(NOW + 4 * DAY)) - lease).toBe(2);
    expect(await titles()).toContain('x');
  });
});
