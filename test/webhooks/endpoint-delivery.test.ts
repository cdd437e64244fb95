/** The deliveries of several webhooks an account: each has its own queue and health, and none delays another. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { WakeUp } from '../../src/env.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { consume } from '../../src/jobs/queue.ts';
import { wakeQueueForDue } from '../../src/webhooks/wake-queue.ts';
import { expectProblem } from '../support/problem.ts';
import {
  DAY,
  further,
  HOUR,
  type NotifiedAccount,
  notifiedAccount,
  open,
  urlOf,
} from '../support/webhooks.ts';

const typesOf = async (account: NotifiedAccount) => (await account.bodies()).map(({ type }) => type);

describe('delivery', () => {
  it('a webhook that hangs delays no other of its account', async () => {
    const account = await notifiedAccount('ok');
    const [hanging, healthy] = [await further(account, 'hang'), await further(account)];
    const [queued, slowLane]: [WakeUp[], WakeUp[]] = [[], []];
    const queueOf = (messages: WakeUp[]) =>
      ({
        send: async (body: WakeUp) => void messages.push(body),
        sendBatch: async (all: { body: WakeUp }[]) => void messages.push(...all.map(({ body }) => body)),
      }) as unknown as Queue<WakeUp>;
    const bindings = { ...open, DELIVERIES: queueOf(queued), DELIVERIES_SLOW: queueOf(slowLane) };
    for (let round = 1; round <= 3; round++) {
      await account.newUser();
      await wakeQueueForDue(
        bindings,
        queueOf(queued),
        'fast',
        Date.now(),
        ({ account_id }) => account_id === account.id,
      );
      const messages = queued.splice(0).map((body) => ({ body, ack: () => {}, retry: () => {} }));
      expect(messages.filter(({ body }) => !body.endpoint)).toEqual([
        {
          body: { account: account.id, lane: 'fast' },
          ack: expect.any(Function),
          retry: expect.any(Function),
        },
      ]);
      await consume({ queue: 'fast', messages } as unknown as MessageBatch<WakeUp>, bindings, {
        clock: Date.now,
        fastTimeoutMs: 250,
      });
      expect([await typesOf(account), await healthy.types()].map(({ length }) => length)).toEqual([
        round,
        round,
      ]);
    }
    // It hung once, and is in the slow lane from then on; there it has its time.
    expect(await hanging.received()).toHaveLength(1);
    expect(slowLane).toEqual([{ account: account.id, endpoint: hanging.id, lane: 'slow' }]);
    expect(await hanging.get()).toMatchObject({ slowSince: expect.any(Number), lastStatus: null });
    expect((await account.call('GET', '/account/webhook')).body.webhook.slowSince).toBeNull();
    // Without a queue, the cron serves each of them.
    await account.newUser();
    await everyMinute(open, { clock: Date.now, timeoutMs: 300, fastTimeoutMs: 250 });
    expect(await healthy.types()).toHaveLength(4);
    expect(await typesOf(account)).toHaveLength(4);
    expect((await hanging.received()).length).toBeGreaterThan(1);
  });

  it('a webhook that the account pauses waits, and gets what is pending once it goes on', async () => {
    const account = await notifiedAccount('ok', []);
    const one = await further(account);
    expect((await one.put({ paused: true })).body.webhook).toMatchObject({
      paused: true,
      pausedAt: expect.any(Number),
      pausedBecause: 'requested',
      nextAttempt: null,
    });
    await account.newUser();
    await one.put({ description: 'still paused', url: one.url });
    expect(await one.deliver()).toEqual({ nextAt: null, lane: 'slow' });
    expect(await one.received()).toEqual([]);
    expect((await account.deliveries()).map(({ state }) => state)).toEqual(['pending']);
    const { body } = await one.put({ paused: false });
    expect(body.webhook).toMatchObject({
      paused: false,
      pausedBecause: null,
      nextAttempt: expect.any(Number),
    });
    await one.deliver();
    expect(await one.types()).toEqual(['user.created']);
    // One that is created paused, and a pause in the middle of a run.
    const paused = await further(account, 'ok', { events: ['*'], paused: true });
    await account.newUser();
    expect(await paused.get()).toMatchObject({ paused: true, nextAttempt: null });
  });

  it.each(['gone', '500'])(
    'the pause of a webhook after %s notifies the others that want it',
    async (behaviour) => {
      const account = await notifiedAccount('ok', ['endpoint.paused']);
      const bad = await further(account, behaviour);
      const [star, deaf] = [
        await further(account),
        await further(account, 'ok', { events: ['user.created'] }),
      ];
      await account.newUser();
      const at = Date.now();
      await bad.deliver(at);
      if (behaviour === '500') await bad.deliver(at + 3 * DAY + HOUR);
      const reason = behaviour === 'gone' ? 'gone' : 'failing';
      expect(await bad.get()).toMatchObject({ paused: true, pausedBecause: reason });
      const [pause] = (await account.deliveries()).filter(({ type }) => type === 'endpoint.paused');
      const notified = (await account.deliveries()).filter(({ type }) => type === 'endpoint.paused');
      const { id: first } = (await account.call('GET', '/account/webhook')).body.webhook;
      expect(notified.map(({ webhookId }) => webhookId).sort()).toEqual([first, star.id].sort());
      const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${pause?.id}`)).body;
      expect(JSON.parse(delivery.body)).toEqual({
        type: 'endpoint.paused',
        timestamp: expect.any(Number),
        data: { endpoint: { id: bad.id, url: bad.url, reason, pausedAt: expect.any(Number) } },
      });
      await account.deliver();
      expect(await typesOf(account)).toEqual(['endpoint.paused']);
      await deaf.deliver();
      expect(await deaf.types()).toEqual(['user.created']);
      // What waits is delivered once it goes on, at another URL.
      await bad.put({ url: urlOf('ok', crypto.randomUUID()), paused: false }, at + 4 * DAY);
      await bad.deliver(at + 4 * DAY);
      expect((await account.deliveries(`?webhookId=${bad.id}`)).map(({ state }) => state)).toEqual([
        'delivered',
      ]);
    },
  );

  it('the pause of the first one notifies a further one', async () => {
    const account = await notifiedAccount('gone');
    const one = await further(account, 'ok', { events: ['endpoint.paused'] });
    await account.newUser();
    await account.deliver();
    await one.deliver();
    const { id, url } = (await account.call('GET', '/account/webhooks')).body.webhooks[0];
    expect((await one.received()).map(({ body }) => JSON.parse(body).data)).toMatchObject([
      { endpoint: { id, url, reason: 'gone' } },
    ]);
  });

  it('removing one drops what is pending for it, and nothing else', async () => {
    const account = await notifiedAccount('ok');
    const [gone, kept] = [await further(account), await further(account)];
    await account.newUser();
    const { body } = await account.call('GET', `/account/webhook/deliveries?webhookId=${gone.id}`);
    await gone.deliver();
    await account.newUser();
    expect((await account.call('DELETE', gone.path)).status).toBe(200);
    expect((await account.deliveries()).filter(({ webhookId }) => webhookId === gone.id)).toHaveLength(1);
    expectProblem(
      await account.call('POST', `/account/webhook/deliveries/${body.deliveries[0].id}/replay`),
      'webhook-missing',
    );
    await everyMinute(open, { clock: Date.now });
    const { results } = await env.DB.prepare(
      `SELECT endpoint FROM deliveries WHERE account_id = ?1 AND state = 'pending'
       UNION ALL SELECT id FROM further_endpoints WHERE account_id = ?1`,
    )
      .bind(account.id)
      .all();
    expect(results).toEqual([{ endpoint: kept.id }]);
    expect(await gone.received()).toHaveLength(1);
    expect(await kept.types()).toHaveLength(2);
    expect(await typesOf(account)).toHaveLength(2);
  });
});
