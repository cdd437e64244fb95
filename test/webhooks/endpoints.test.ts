/** Several webhooks an account: their routes, and what each of them is notified of. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../src/sdk/index.ts';
import { newAccount } from '../support/client.ts';
import { writing } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { further, type NotifiedAccount, notifiedAccount, open } from '../support/webhooks.ts';

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
