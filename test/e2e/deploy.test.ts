/**
 * During a deploy the Worker of the previous release and the next one run at the same time over one database, which has
 * the schema of the next release already. The previous release is the bundle that was deployed.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, type CreateOptions, unwrap } from '../../src/sdk/index.ts';
import { faultsOf, STORED, storedOf } from '../support/sound.ts';
import { newActors, outcome, serverAt } from './support/actors.ts';
import { startHook } from './support/hook.ts';
import { startReleases } from './support/service.ts';

/** The bundle in test/e2e/releases. */
const PREVIOUS = 3;
type Server = ReturnType<typeof serverAt>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The second midnight from now. */
const TOMORROW = (Math.floor(Date.now() / DAY) + 2) * DAY;
const everyDay = (['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const).map((value) => ({
  variant: { type: 'WDay' as const, value },
  intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
}));

describe(`release ${PREVIOUS}`, async () => {
  const service = await startReleases(PREVIOUS);
  afterAll(service.stop);
  const [previously, next] = service.baseUrls as unknown as [string, string];
  /** An account with a service that has one host. One Worker creates it all. */
  async function newWorld(baseUrl: string) {
    const { accountId, apiKey } = await newActors(baseUrl);
    const server = serverAt(baseUrl, apiKey);
    const { user } = await unwrap(server.user.create({ metadata: { plan: 'free' } }));
    const { calendar } = await unwrap(server.calendar.create(user.id, { timezone: 'Europe/Oslo' }));
    const { schedule } = await unwrap(server.schedule.create(user.id, { timezone: 'UTC', rules: everyDay }));
    const { service: made } = await unwrap(server.service.create());
    await unwrap(
      server.service.addUser(made.id, {
        userId: user.id,
        availability: { variant: 'Schedule', id: schedule.id },
        bookingCalendarId: calendar.id,
      }),
    );
    const old = serverAt(previously, apiKey);
    const young = serverAt(next, apiKey);
    return { accountId, apiKey, user, calendar, schedule, serviceId: made.id, old, young };
  }

  async function expectSound(account: string) {
    const results = await service.db.batch(STORED.map((text) => service.db.prepare(text).bind(account)));
    const stored = storedOf(results.map(({ results }) => results));
    expect(faultsOf(stored, Date.now())).toEqual([]);
    return stored;
  }

  it('runs beside another Worker', async () => {
    const releases = service.baseUrls.map(async (url) => (await fetch(url)).headers.get('x-release'));
    expect(await Promise.all(releases)).toEqual(['previous', 'next']);
  });

  describe('alone, on the new schema', () => {
    it('works as before', async () => {
      const { accountId, old, user, calendar, schedule, serviceId } = await newWorld(previously);
      const { event } = await unwrap(
        old.events.create(user.id, {
          calendarId: calendar.id,
          startTs: TOMORROW,
          duration: HOUR,
          busy: true,
        }),
      );
      await unwrap(old.account.updateSettings({ publicFreebusy: true }));
      await unwrap(old.user.update(user.id, { metadata: { plan: 'paid' } }));
      await unwrap(old.calendar.update(calendar.id, { timezone: 'UTC' }));
      await unwrap(old.events.update(event.id, { startTs: TOMORROW + HOUR }));
      await unwrap(old.schedule.update(schedule.id, { metadata: { a: 'b' } }));
      await unwrap(old.service.update(serviceId, { metadata: { a: 'b' } }));
      const busy = { provider: 'Nettu', id: calendar.id } as const;
      await unwrap(old.service.addBusyCalendar({ serviceId, userId: user.id, calendar: busy }));
      const booking = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
      const made = await unwrap(old.booking.create(serviceId, booking));
      expect(outcome(await old.booking.create(serviceId, booking))).toBe('409 slot-taken');
      await unwrap(old.booking.move(made.booking.id, TOMORROW + 12 * HOUR));
      const held = await unwrap(old.booking.create(serviceId, { ...booking, holdFor: 5 }));
      await unwrap(old.booking.confirm(held.booking.id));
      await unwrap(old.booking.cancel(held.booking.id));
      const window = { startTs: TOMORROW, endTs: TOMORROW + DAY };
      const { busy: times } = await unwrap(old.user.freebusy(user.id, window));
      expect(times.map(({ startTs }) => startTs)).toEqual([TOMORROW + HOUR, TOMORROW + 12 * HOUR]);
      const { bookings } = await expectSound(accountId);
      expect(bookings).toHaveLength(2);
      await unwrap(old.user.remove(user.id));
      await expectSound(accountId);
    });
  });

  describe('beside the next release, on one database', () => {
    it('the two never book the same slot twice', { timeout: 60_000 }, async () => {
      const { accountId, old, young, serviceId } = await newWorld(previously);
      const booking = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? old : young).booking.create(serviceId, booking)),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect((await expectSound(accountId)).bookings).toHaveLength(1);
    });

    it('each release reads and changes the resources of the other', async () => {
      for (const [maker, changer] of [
        ['old', 'young'],
        ['young', 'old'],
      ] as const) {
        const world = await newWorld(previously);
        const { user } = await unwrap(world[maker].user.create({ metadata: { by: maker } }));
        await unwrap(world[changer].user.update(user.id, { metadata: { by: changer } }));
        expect((await unwrap(world[maker].user.find(user.id))).user.metadata).toEqual({ by: changer });
        const slot = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
        const { booking } = await unwrap(world[maker].booking.create(world.serviceId, slot));
        await unwrap(world[changer].booking.move(booking.id, TOMORROW + 14 * HOUR));
        await unwrap(world[maker].booking.cancel(booking.id));
        await expectSound(world.accountId);
      }
    });

    it('a creation with one Idempotency-Key takes place once, whichever release gets the second request', async () => {
      for (const [first, second] of [
        ['old', 'young'],
        ['young', 'old'],
      ] as const) {
        const { accountId, user, ...world } = await newWorld(previously);
        const create = (server: Server, timezone = 'UTC') =>
          server.calendar.create(user.id, { timezone }, { idempotencyKey: 'one' });
        const { calendar } = await unwrap(create(world[first]));
        expect((await unwrap(create(world[second]))).calendar).toEqual(calendar);
        expect(outcome(await create(world[second], 'Asia/Tokyo'))).toBe('422 idempotency-key-reused');
        // An expired record does not count, and the next one takes its place.
        await service.db.prepare('UPDATE remembered SET expires_at = 1').run(); // words: allow
        const again = await unwrap(create(world[second]));
        expect(again.calendar.id).not.toBe(calendar.id);
        expect((await unwrap(create(world[first]))).calendar).toEqual(again.calendar);
        await expectSound(accountId);
      }
    });

    it.each([
      ['old', 'young'],
      ['young', 'old'],
    ] as const)(
      'each creation with the least input is replayed: first %s, then %s',
      async (first, second) => {
        const world = await newWorld(previously);
        const { user, calendar, serviceId } = world;
        const start = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
        const creations: Record<
          string,
          (server: Server, options: CreateOptions) => Promise<Answer<unknown>>
        > = {
          user: (server, options) => server.user.create({}, options),
          calendar: (server, options) => server.calendar.create(user.id, { timezone: 'UTC' }, options),
          schedule: (server, options) => server.schedule.create(user.id, { timezone: 'UTC' }, options),
          event: (server, options) =>
            server.events.create(user.id, { calendarId: calendar.id, ...start }, options),
          service: (server, options) => server.service.create({}, options),
          booking: (server, options) => server.booking.create(serviceId, start, options),
          'API key': (server, options) => server.account.apiKeys.create({}, options),
        };
        for (const [name, create] of Object.entries(creations)) {
          const options = { idempotencyKey: name };
          const { status, data } = await create(world[first], options);
          expect([name, status]).toEqual([name, 201]);
          expect([name, await unwrap(create(world[second], options))]).toEqual([name, data]);
        }
      },
    );

    it('both releases see the same read preference, whichever sets it', async () => {
      const { old, young } = await newWorld(previously);
      const readsOf = async (server: Server) => (await unwrap(server.account.me())).account.settings.reads;
      for (const server of [old, young]) {
        await unwrap(server.account.updateSettings({ reads: 'nearest' }));
        expect([await readsOf(old), await readsOf(young)]).toEqual(['nearest', 'nearest']);
        await unwrap(server.account.updateSettings({ reads: 'primary' }));
        expect([await readsOf(old), await readsOf(young)]).toEqual(['primary', 'primary']);
      }
    });

    it('each reminder is sent once, though the crons of both releases run', { timeout: 60_000 }, async () => {
      const hook = await startHook();
      const runCrons = () =>
        Promise.all(['previous', 'next'].map((name) => service.runCron('* * * * *', name)));
      try {
        for (const [first, second] of [
          ['old', 'young'],
          ['young', 'old'],
        ] as const) {
          const { accountId, user, calendar, ...world } = await newWorld(previously);
          const create = async (server: Server, identifier: string) => {
            const reminders = [{ delta: -10, identifier }];
            const event = { calendarId: calendar.id, startTs: TOMORROW, duration: HOUR, reminders };
            return (await unwrap(server.events.create(user.id, event))).event.id;
          };
          // One event is older than the webhook, so a cron adds its reminder.
          const ids = [await create(world[first], 'older')];
          await unwrap(world[second].account.setWebhook(hook.url, { events: [] }));
          ids.push(await create(world[first], 'newer'));
          await runCrons();
          const soon = Date.now() + 600_000 + 1500;
          for (const id of ids) await unwrap(world[second].events.update(id, { startTs: soon }));
          const sent = async () => {
            await runCrons();
            const { results } = await service.db
              .prepare(
                `SELECT iif(json_each.type = 'object', value ->> 'identifier', (
                   SELECT e.reminders ->> ('$[' || (value ->> 2) || '].identifier') FROM events e WHERE e.id = value ->> 0)) AS name
                 FROM deliveries, json_each(content)
                 WHERE account_id = ? AND deliveries.type = 'reminders' ORDER BY name`,
              )
              .bind(accountId)
              .all<{ name: string }>();
            return results.map(({ name }) => name);
          };
          await expect.poll(sent, { timeout: 20_000, interval: 250 }).toEqual(['newer', 'older']);
          expect(await sent()).toEqual(['newer', 'older']);
        }
      } finally {
        hook.stop();
      }
    });

    it('a reference to a reminder is sent by the next release at once, and nothing by the previous one', async () => {
      const hook = await startHook();
      try {
        const { accountId, user, calendar, young } = await newWorld(previously);
        await unwrap(young.account.setWebhook(hook.url, { events: [] }));
        hook.secret = (await unwrap(young.account.me())).account.settings.webhook?.secret ?? '';
        const reminders = [{ delta: -10, identifier: 'referred to' }];
        const { event } = await unwrap(
          young.events.create(user.id, {
            calendarId: calendar.id,
            startTs: TOMORROW,
            duration: HOUR,
            reminders,
          }),
        );
        const reference = [event.id, 0, 0, TOMORROW, TOMORROW - 600_000];
        await service.db
          .prepare("INSERT INTO deliveries (account_id, type, content) VALUES (?, 'reminders', ?)")
          .bind(accountId, JSON.stringify([reference]))
          .run();
        await service.runCron('* * * * *', 'previous');
        expect(hook.notifications).toEqual([]);
        const lease = await service.db
          .prepare('SELECT lease IS NOT NULL AS taken FROM webhooks WHERE account_id = ?')
          .bind(accountId)
          .first();
        expect(lease).toEqual({ taken: 1 });
        await service.runCron('* * * * *', 'next');
        expect(hook.notifications).toMatchObject([
          { type: 'reminders', reminders: [{ event: { id: event.id }, identifier: 'referred to' }] },
        ]);
      } finally {
        hook.stop();
      }
    });

    it('both releases see the same webhook, whichever sets or removes it', async () => {
      const { accountId, old, young } = await newWorld(previously);
      const webhookOf = async (server: typeof old) =>
        (await unwrap(server.account.me())).account.settings.webhook;
      await unwrap(old.account.setWebhook('https://example.test/old'));
      const there = await webhookOf(young);
      expect(there).toMatchObject({
        url: 'https://example.test/old',
        secret: expect.stringMatching(/^whsec_/),
      });
      await unwrap(young.account.setWebhook('https://example.test/young'));
      expect(await webhookOf(old)).toMatchObject({ url: 'https://example.test/young', key: there?.key });
      await unwrap(old.account.removeWebhook());
      expect(await webhookOf(young)).toBeNull();
      await unwrap(young.account.setWebhook('https://example.test/again'));
      await unwrap(young.account.removeWebhook());
      expect(await webhookOf(old)).toBeNull();
      await expectSound(accountId);
    });

    it('each change by the previous release gives the resource another entity tag', async () => {
      const { old, young, user, calendar, schedule, serviceId } = await newWorld(previously);
      const { event } = await unwrap(
        old.events.create(user.id, { calendarId: calendar.id, startTs: TOMORROW, duration: HOUR }),
      );
      const slot = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
      const { booking } = await unwrap(old.booking.create(serviceId, slot));
      const metadata = { changed: 'yes' };
      const reads: [() => Promise<{ etag: string | undefined }>, () => Promise<{ status: number }>][] = [
        [() => young.user.find(user.id), () => old.user.update(user.id, { metadata })],
        [() => young.calendar.findById(calendar.id), () => old.calendar.update(calendar.id, { metadata })],
        [() => young.events.findById(event.id), () => old.events.update(event.id, { metadata })],
        [() => young.schedule.find(schedule.id), () => old.schedule.update(schedule.id, { metadata })],
        [() => young.service.find(serviceId), () => old.service.update(serviceId, { metadata })],
        [
          () => young.service.find(serviceId),
          () => old.service.updateUserInService(serviceId, { userId: user.id, bufferAfter: 5 }),
        ],
        [() => young.booking.findById(booking.id), () => old.booking.move(booking.id, TOMORROW + 14 * HOUR)],
        [() => young.account.me(), () => old.account.updateSettings({ publicBooking: false })],
        [() => young.account.me(), () => old.account.setWebhook('https://example.test/hook')],
      ];
      for (const [read, change] of reads) {
        const { etag: before } = await read();
        expect((await change()).status).toBe(200);
        const { etag: after } = await read();
        expect([before, after]).toEqual([expect.any(String), expect.any(String)]);
        expect(after).not.toBe(before);
      }
    });
  });
});
