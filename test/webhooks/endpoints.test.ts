/** Several webhooks an account: each has its own queue, health, headers and secret, and none delays another. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { WakeUp } from '../../src/env.ts';
import { everyMinute } from '../../src/jobs/every-minute.ts';
import { consume } from '../../src/jobs/queue.ts';
import { verifyWebhook } from '../../src/sdk/index.ts';
import { deliver } from '../../src/webhooks/deliver.ts';
import { wakeQueueForDue } from '../../src/webhooks/wake-queue.ts';
import { newAccount } from '../support/client.ts';
import { writing } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { DAY, HOUR, type NotifiedAccount, notifiedAccount, open, urlOf } from '../support/webhooks.ts';
import type { Received } from './received.ts';

/** A further webhook at the receiver, and what arrived there. */
async function further(account: NotifiedAccount, behaviour = 'ok', more: object = { events: ['*'] }) {
  const name = crypto.randomUUID();
  const body = { url: urlOf(behaviour, name), ...more };
  const { status, body: created } = await account.call('POST', '/account/webhooks', { body, env: open });
  expect([status, created]).toMatchObject([201, { webhook: { url: body.url } }]);
  const { id, secret, key } = created.webhook;
  const path = `/account/webhooks/${id}`;
  const received = async () => (await (await fetch(urlOf('received', name))).json()) as Received[];
  return {
    id: id as string,
    secret: secret as string,
    key: key as string,
    url: body.url,
    path,
    received,
    types: async () => (await received()).map(({ body }) => JSON.parse(body).type),
    get: async () => (await account.call('GET', path)).body.webhook,
    put: (body: object, now = Date.now()) => account.call('PUT', path, { body, env: open, now }),
    deliver: (now = Date.now(), timeoutMs = 300) =>
      deliver(open, account.id, { clock: () => now, timeoutMs }, 'slow', id),
  };
}

const typesOf = async (account: NotifiedAccount) => (await account.bodies()).map(({ type }) => type);

describe('the webhooks of an account', () => {
  it('are listed from the first one on, which is the one of /account/webhook', async () => {
    const account = await newAccount();
    const post = (n: number) =>
      account.call('POST', '/account/webhooks', { body: { url: `https://example.test/${n}` } });
    const { webhook: first } = (await post(0)).body;
    expect((await account.call('GET', '/account/webhook')).body.webhook).toMatchObject({
      id: first.id,
      url: 'https://example.test/0',
    });
    for (let n = 1; n < 10; n++) expect((await post(n)).status).toBe(201);
    expectProblem(await post(10), 'webhook-limit');
    const list = async () => (await account.call('GET', '/account/webhooks')).body.webhooks;
    expect((await list()).map(({ url }: { url: string }) => url.at(-1)).join('')).toBe('0123456789');
    expect((await account.call('GET', '/account')).body.account.settings.webhook).toEqual({
      url: first.url,
      key: first.key,
      secret: first.secret,
      events: [],
    });
    // The first one goes and comes back; meanwhile another one may take its place.
    expect((await account.call('DELETE', `/account/webhooks/${first.id}`)).body.webhook.id).toBe(first.id);
    expectProblem(await account.call('GET', `/account/webhooks/${first.id}`), 'not-found');
    expectProblem(await account.call('GET', '/account/webhook'), 'webhook-missing');
    expect((await account.call('GET', '/account')).body.account.settings.webhook).toBeNull();
    expect((await post(0)).status).toBe(201);
    await account.call('DELETE', '/account/webhook');
    const set = () =>
      account.call('PUT', '/account/webhook', { body: { webhookUrl: 'https://example.test/0' } });
    expect((await set()).status).toBe(200);
    expect(new Set((await list()).map(({ id }: { id: string }) => id)).size).toBe(10);
    await account.call('DELETE', '/account/webhook');
    await env.DB.prepare(
      `INSERT INTO further_endpoints (account_id, id, url, key, secret, events) SELECT account_id, 'x', url, key, secret, '[]'
       FROM further_endpoints WHERE account_id = ? LIMIT 1`,
    )
      .bind(account.id)
      .run();
    expectProblem(await set(), 'webhook-limit');
    expectProblem(await post(11), 'webhook-limit');
  });

  it('are replaced member by member, with an etag, and answer 404 to another account', async () => {
    const account = await notifiedAccount();
    const one = await further(account, 'ok', {
      events: ['user.created'],
      description: 'a',
      headers: { 'X-A': 'b' },
    });
    const { headers, body } = await account.call('GET', one.path);
    expect(body.webhook).toEqual({
      id: one.id,
      url: one.url,
      events: ['user.created'],
      description: 'a',
      headers: { 'x-a': 'b' },
      key: one.key,
      secret: one.secret,
      paused: false,
      slowSince: null,
      lastStatus: null,
      lastError: null,
      failingSince: null,
      pausedAt: null,
      pausedBecause: null,
      nextAttempt: null,
    });
    const changed = await account.call('PUT', one.path, {
      body: { description: '', headers: {} },
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
    expect(changed.body.webhook).toMatchObject({ description: null, headers: {}, events: ['user.created'] });
    for (const method of ['PUT', 'DELETE'] as const)
      expectProblem(
        await account.call(method, one.path, {
          ...(method === 'PUT' && { body: {} }),
          headers: { 'if-match': headers.get('etag') ?? '' },
        }),
        'precondition-failed',
      );
    const stranger = await notifiedAccount();
    const id = (await account.call('GET', '/account/webhook')).body.webhook.id;
    for (const path of [one.path, `/account/webhooks/${id}`]) {
      for (const [method, end] of [
        ['GET', ''],
        ['PUT', ''],
        ['DELETE', ''],
        ['POST', '/test'],
        ['POST', '/secret'],
      ] as const)
        expectProblem(
          await stranger.call(method, path + end, method === 'PUT' ? { body: {} } : {}),
          'not-found',
        );
    }
    expectProblem(await stranger.call('GET', `/account/webhook/deliveries?webhookId=${one.id}`), 'not-found');
    expect(await one.get()).toMatchObject({ url: one.url });
  });

  it('are created once for an Idempotency-Key, and the stored answer holds no secret in clear', async () => {
    const account = await newAccount();
    const send = (headers: object) =>
      account.call('POST', '/account/webhooks', {
        body: { url: 'https://example.test/', headers },
        headers: { 'idempotency-key': 'one' },
      });
    const { body } = await send({ a: 'secret value', b: 'c' });
    const again = await send({ b: 'c', a: 'secret value' });
    expect(again.body).toEqual(body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await account.call('GET', '/account/webhooks')).body.webhooks).toHaveLength(1);
    const { results } = await env.DB.prepare('SELECT answer FROM remembered WHERE account_id = ?') // words: allow, the table's name
      .bind(account.id)
      .all();
    expect(JSON.stringify(results)).not.toMatch(/whsec_|secret value/);
  });

  it.each([
    ['url', [{ url: 'ftp://example.test/' }, { url: 'http://10.0.0.1/' }, { url: 5 }, { url: '' }]],
    ['events[0]', [{ events: ['event.exploded'] }]],
    ['description', [{ description: 'a'.repeat(256) }]],
    ['paused', [{ paused: 'yes' }]],
    [
      'headers',
      [
        { headers: [] },
        { headers: Object.fromEntries(new Array(11).fill(0).map((_, i) => [`x-${i}`, 'a'])) },
        { headers: { 'X-A': 'a', 'x-a': 'b' } },
        ...[
          '',
          'a b',
          'ü',
          'a:',
          'x'.repeat(65),
          'Host',
          'content-type',
          'Content-Encoding',
          'webhook-id',
          'connection',
        ]
          .concat(
            'nettu-scheduler-webhook-key',
            'User-Agent',
            'te',
            'transfer-encoding',
            'upgrade',
            'keep-alive',
          )
          .concat('proxy-authorization', 'trailer', 'cf-connecting-ip', 'expect')
          .map((name) => ({ headers: { [name]: 'a' } })),
      ],
    ],
    [
      'headers.x-a',
      ['', ' a', 'a ', 'a\nb', 'ü', 'a'.repeat(2049), 5].map((a) => ({ headers: { 'x-a': a } })),
    ],
  ])('refuse a bad %s', async (path, bodies) => {
    const account = await newAccount();
    const { webhook } = (
      await account.call('POST', '/account/webhooks', { body: { url: 'https://a.test/' } })
    ).body;
    for (const body of bodies) {
      const creation = { url: 'https://example.test/', ...body };
      expectInvalid(await account.call('POST', '/account/webhooks', { body: creation }), path);
      expectInvalid(await account.call('PUT', `/account/webhooks/${webhook.id}`, { body }), path);
    }
    expectInvalid(await account.call('POST', '/account/webhooks', { body: {} }), 'url');
  });

  it('have a test and a secret each, and at most five secrets sign', async () => {
    const account = await notifiedAccount();
    const one = await further(account, 'ok', {
      events: ['user.created'],
      headers: { authorization: 'Bearer 1' },
    });
    expect((await account.call('POST', `${one.path}/test`, { env: open })).body).toMatchObject({
      delivered: true,
    });
    const roll = () => account.call('POST', `${one.path}/secret`);
    const { webhook } = (await roll()).body;
    expect(webhook.secret).not.toBe(one.secret);
    await account.newUser();
    await one.deliver();
    const [ping, change] = await one.received();
    expect(ping?.headers).toMatchObject({ authorization: 'Bearer 1', 'user-agent': 'Nettu-Scheduler/1' });
    for (const secret of [one.secret, webhook.secret])
      expect(await verifyWebhook(change?.body ?? '', change?.headers ?? {}, secret)).toMatchObject({
        type: 'user.created',
      });
    expect(change?.headers['nettu-scheduler-webhook-key']).toBe(one.key);
    for (let n = 0; n < 3; n++) expect((await roll()).status).toBe(200);
    expectProblem(await roll(), 'secret-limit');
    // The first one has another secret.
    expect((await account.call('GET', '/account/webhook')).status).toBe(200);
    const first = (await account.call('GET', '/account/webhooks')).body.webhooks[0];
    expect((await account.call('POST', `/account/webhooks/${first.id}/secret`)).status).toBe(200);
  });
});

describe('a change', () => {
  it('is stored once for each webhook that wants it, and a reminder for each', async () => {
    const account = await notifiedAccount('ok', ['user.created']);
    const [same, other, none] = [
      await further(account, 'ok', { events: ['user.created', 'user.deleted'] }),
      await further(account, 'ok', { events: ['calendar.created'] }),
      await further(account, 'ok', {}),
    ];
    const user = await account.newUser();
    await user.newCalendar();
    const stored = async () =>
      (await account.deliveries()).map(({ type, webhookId }) => `${type} ${webhookId}`);
    const { id } = (await account.call('GET', '/account/webhook')).body.webhook;
    const wanted = [`user.created ${id}`, `user.created ${same.id}`, `calendar.created ${other.id}`];
    expect((await stored()).sort()).toEqual(wanted.sort());
    expect((await account.deliveries(`?webhookId=${other.id}`)).map(({ type }) => type)).toEqual([
      'calendar.created',
    ]);
    await env.DB.prepare(`INSERT INTO deliveries (account_id, type, content) VALUES (?, 'reminders', '[]')`)
      .bind(account.id)
      .run();
    const reminders = (await account.deliveries()).filter(({ type }) => type === 'reminders');
    expect(reminders.map(({ webhookId }) => webhookId).sort()).toEqual(
      [id, same.id, other.id, none.id].sort(),
    );
    // What one no longer receives, the others still do.
    await account.point('ok', ['schedule.created']);
    await same.put({ events: ['user.deleted'] });
    await account.call('DELETE', other.path);
    await user.newCalendar();
    await account.newUser();
    expect((await account.deliveries()).filter(({ type }) => type !== 'reminders')).toHaveLength(2);
    expect((await account.call('GET', '/account/webhook')).body.webhook.events).toEqual(['schedule.created']);
    await account.call('DELETE', '/account/webhook');
    await account.call('DELETE', `/user/${user.id}`);
    const last = (await account.deliveries()).filter(({ type }) => type === 'user.deleted');
    expect(last.map(({ webhookId }) => webhookId)).toEqual([same.id]);
  });

  it('costs two rows written for each webhook that wants it, and nothing for the others', async () => {
    const rowsOf = async (account: NotifiedAccount) => {
      const costs: number[] = [];
      // One notification in sixteen is counted.
      for (let i = 0; i < 5; i++) {
        const { db, rows } = writing();
        expect((await account.call('POST', '/user', { body: {}, env: { DB: db } })).status).toBe(201);
        costs.push(rows());
      }
      return Math.min(...costs.slice(1));
    };
    const none = await rowsOf(await notifiedAccount('ok', []));
    const account = await notifiedAccount('ok', ['user.created']);
    const one = await rowsOf(account);
    expect(one).toBe(none + 2);
    await further(account, 'ok', { events: ['user.created'] });
    expect(await rowsOf(account)).toBe(one + 2);
    await further(account, 'ok', { events: ['event.created'] });
    expect(await rowsOf(account)).toBe(one + 2);
  });
});

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
