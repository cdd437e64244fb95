/** Deliveries: the requests that a webhook receives, and the routes to list, replay and test them. */
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_BODY_MAX_BYTES } from '../../src/limits.ts';
import { verifyWebhook } from '../../src/sdk/verify-webhook.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import {
  DAY,
  deleteOldDeliveries,
  HOUR,
  type NotifiedAccount,
  notifiedAccount,
  open,
  urlOf,
} from '../support/webhooks.ts';

const settingsOf = async (account: NotifiedAccount) =>
  (await account.call('GET', '/account')).body.account.settings.webhook;

/** Makes one change that notifies. */
const changed = (account: NotifiedAccount) => account.newUser({ color: 'red' });
const only = async (account: NotifiedAccount) =>
  (await account.deliveries())[0] as NonNullable<unknown> & { id: string };

describe('a request', () => {
  it('has the headers of the contract, and a signature that the SDK and standardwebhooks verify', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const delivery = await only(account);
    const now = Date.now();
    await account.deliver(now);
    const [received] = await account.received();
    const { key, secret } = await settingsOf(account);
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Nettu-Scheduler/1',
      'nettu-scheduler-webhook-key': key,
      'webhook-id': delivery.id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
    });
    const { headers = {}, body = '' } = received ?? {};
    const parsed = JSON.parse(body);
    expect(parsed).toMatchObject({ type: 'user.created', data: { user: { metadata: { color: 'red' } } } });
    expect(await verifyWebhook(body, headers, secret)).toEqual(parsed);
    expect(new Webhook(secret).verify(body, headers)).toEqual(parsed);
  });

  it('is signed with both secrets for 24 hours after a roll', async () => {
    const account = await notifiedAccount();
    const before = await settingsOf(account);
    const now = Date.now();
    const { body } = await account.call('POST', '/account/webhook/secret', { now });
    const after = body.account.settings.webhook;
    expect(after).toEqual({ ...before, secret: expect.stringMatching(/^whsec_/) });
    expect(after.secret).not.toBe(before.secret);
    for (const [later, secrets] of [
      [DAY - 1, [before.secret, after.secret]],
      [DAY, [after.secret]],
    ] as const) {
      await changed(account);
      await account.deliver(now + later);
      const received = (await account.received()).at(-1);
      expect(received?.headers['webhook-signature']?.split(' ')).toHaveLength(secrets.length);
      for (const secret of secrets) {
        const { headers = {}, body = '' } = received ?? {};
        const signed = new Webhook(secret).sign(headers['webhook-id'] ?? '', new Date(now + later), body);
        expect(headers['webhook-signature']).toContain(signed);
      }
    }
  });

  it('delivers the largest event within 256 KiB', async () => {
    const account = await notifiedAccount('ok', []);
    const user = await account.newUser();
    const calendarId = await user.newCalendar();
    const create = { calendarId, startTs: Date.now() + DAY, duration: HOUR };
    const { event } = (await account.call('POST', `/user/${user.id}/events`, { body: create })).body;
    const put = async (body: object) =>
      expect((await account.call('PUT', `/user/events/${event.id}`, { body })).status).toBe(200);
    await put({
      metadata: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`${i}`, '"'.repeat(2000)])),
    });
    await put({ exdates: Array.from({ length: 1000 }, (_, i) => 4_000_000_000_000 + i) });
    await account.point('ok', ['event.updated']);
    const reminder = { delta: -10, identifier: '𝄞'.repeat(150) };
    await put({ reminders: new Array(95).fill(reminder) });
    await account.deliver();
    const [{ data }] = await account.bodies();
    expect(data.event.reminders).toHaveLength(95);
    const [received] = await account.received();
    expect(new TextEncoder().encode(received?.body).length).toBeGreaterThan(130_000);
    expect(WEBHOOK_BODY_MAX_BYTES).toBe(262_144);
  });
});

describe('a failed delivery', () => {
  it('is retried at the times of the contract, with the same id and body, until it succeeds', async () => {
    const account = await notifiedAccount('recovering');
    await changed(account);
    let now = Date.now();
    const waits: number[] = [];
    for (let next = await account.deliver(now); next !== null; next = await account.deliver(now)) {
      const [delivery] = await account.deliveries();
      expect(delivery).toMatchObject({ state: 'pending', lastStatus: 503, lastError: 'It answered 503.' });
      expect(delivery?.nextAttempt).toBe(next);
      waits.push(next - now);
      // Not a millisecond earlier.
      expect(await account.deliver(next - 1)).toBe(null);
      now = next;
    }
    const expected = [5000, 30_000, 120_000];
    expect(waits).toHaveLength(3);
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(expected[i] ?? 0);
      expect(wait).toBeLessThanOrEqual((expected[i] ?? 0) * 1.2);
    }
    const received = await account.received();
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(await account.deliveries()).toMatchObject([
      { state: 'delivered', attempts: 4, lastStatus: 200, lastError: null, nextAttempt: null },
    ]);
  });

  it('fails for good after ten attempts in about three days, and a replay starts again', async () => {
    const account = await notifiedAccount('down');
    await changed(account);
    const began = Date.now();
    let now = began;
    for (let next: number | null = began; next !== null; next = await account.deliver(now)) now = next;
    expect(await account.received()).toHaveLength(10);
    expect((now - began) / DAY).toBeGreaterThan(2.7);
    expect((now - began) / DAY).toBeLessThan(3.4);
    const failed = { state: 'failed', attempts: 10, lastStatus: 500, nextAttempt: null };
    expect(await account.deliveries()).toMatchObject([failed]);
    const { id } = await only(account);
    await account.point('ok');
    const path = `/account/webhook/deliveries/${id}/replay`;
    const replayed = await account.call('POST', path, { now });
    expect(replayed).toMatchObject({
      status: 200,
      body: { delivery: { id, state: 'pending', attempts: 0 } },
    });
    expect(await account.deliver(now)).toBe(null);
    expect(await account.deliveries()).toMatchObject([{ id, state: 'delivered', attempts: 1 }]);
    // A delivered one can be replayed, too.
    await account.call('POST', path, { now });
    await account.deliver(now);
    const ids = (await account.received()).map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual(new Array(12).fill(id));
  });

  it('is retried at once when the webhook gets a new URL', async () => {
    const account = await notifiedAccount('down');
    await changed(account);
    const now = Date.now();
    expect(await account.deliver(now)).toBeGreaterThan(now);
    await account.call('PUT', '/account/webhook', {
      body: { webhookUrl: urlOf('ok', account.name) },
      env: open,
      now,
    });
    expect(await account.deliver(now)).toBe(null);
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it('is dropped when the webhook is removed, while delivered ones are listed for seven days', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const now = Date.now();
    await account.deliver(now);
    await account.point('down');
    await changed(account);
    await account.call('DELETE', '/account/webhook');
    expect(await account.deliveries()).toMatchObject([{ state: 'delivered' }]);
    const { id } = await only(account);
    expectProblem(await account.call('POST', `/account/webhook/deliveries/${id}/replay`), 'webhook-missing');
    await account.point('ok');
    expect(await account.deliver(now + DAY)).toBe(null);
    expect(await account.received()).toHaveLength(1);
    await deleteOldDeliveries(now + 7 * DAY - 1);
    expect(await account.deliveries()).toHaveLength(1);
    await deleteOldDeliveries(now + 7 * DAY);
    expect(await account.deliveries()).toEqual([]);
  });

  it('is listed for 30 days after its last attempt', async () => {
    const account = await notifiedAccount('down');
    await changed(account);
    const now = Date.now();
    await env.DB.prepare('UPDATE deliveries SET attempts = 9 WHERE account_id = ?').bind(account.id).run();
    await account.deliver(now);
    await deleteOldDeliveries(now + 30 * DAY - 1);
    expect(await account.deliveries()).toMatchObject([{ state: 'failed' }]);
    await deleteOldDeliveries(now + 30 * DAY);
    expect(await account.deliveries()).toEqual([]);
  });
});

describe('GET /account/webhook/deliveries', () => {
  it('lists the newest first, by page and by state', async () => {
    const account = await notifiedAccount();
    for (let i = 0; i < 3; i++) await changed(account);
    await account.deliver();
    await account.point('down');
    for (let i = 0; i < 2; i++) await changed(account);
    await env.DB.prepare("UPDATE deliveries SET attempts = 9 WHERE account_id = ? AND state = 'pending'")
      .bind(account.id)
      .run();
    await account.deliver();
    await changed(account);
    const all = await account.deliveries();
    expect(all).toHaveLength(6);
    expect(all.map(({ created }) => created)).toEqual(
      all.map(({ created }) => created).sort((a, b) => b - a),
    );
    expect(all[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      webhookId: (await account.call('GET', '/account/webhook')).body.webhook.id,
      type: 'user.created',
      state: 'pending',
      attempts: 0,
      lastStatus: null,
      lastError: null,
      nextAttempt: all[0]?.created,
      created: expect.any(Number),
    });
    for (const [state, count] of [
      ['delivered', 3],
      ['failed', 2],
      ['pending', 1],
    ] as const) {
      const some = await account.deliveries(`?state=${state}`);
      expect(some.map((delivery) => delivery.state)).toEqual(new Array(count).fill(state));
    }
    const found: string[] = [];
    let cursor: string | null = '';
    for (let pages = 1; cursor !== null; pages++) {
      const query: string = cursor && `&cursor=${cursor}`;
      const { body } = await account.call('GET', `/account/webhook/deliveries?limit=2${query}`);
      found.push(...body.deliveries.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      expect(pages).toBeLessThan(4);
    }
    expect(found).toEqual(all.map(({ id }) => id));
  });

  it("returns 404 for another account's delivery, and does not list it", async () => {
    const [mine, other] = [await notifiedAccount(), await notifiedAccount()];
    await changed(other);
    const { id } = await only(other);
    expect(await mine.deliveries()).toEqual([]);
    expect(await mine.deliveries(`?cursor=${id}`)).toEqual([]);
    expectProblem(await mine.call('GET', `/account/webhook/deliveries/${id}`), 'not-found');
    expectProblem(await mine.call('POST', `/account/webhook/deliveries/${id}/replay`), 'not-found');
  });
});

it('GET …/:id returns the body that is sent', async () => {
  const account = await notifiedAccount();
  await changed(account);
  const delivery = await only(account);
  const { body } = await account.call('GET', `/account/webhook/deliveries/${delivery.id}`);
  await account.deliver();
  expect(body).toEqual({ delivery: { ...delivery, history: [], body: (await account.received())[0]?.body } });
});

describe('POST /account/webhook/test', () => {
  const test = (account: NotifiedAccount) => account.call('POST', '/account/webhook/test', { env: open });

  it('sends a ping, and returns its outcome', async () => {
    const account = await notifiedAccount();
    expect(await test(account)).toMatchObject({
      status: 200,
      body: { delivered: true, status: 200, error: null, cause: null },
    });
    const [received] = await account.received();
    const { headers = {}, body = '' } = received ?? {};
    const ping = { type: 'ping', timestamp: expect.any(Number), data: {} };
    expect(await verifyWebhook(body, headers, (await settingsOf(account)).secret)).toEqual(ping);
    expect(await account.deliveries()).toEqual([]);
    await account.point('down');
    const down = { delivered: false, status: 500, error: 'It answered 500.', cause: 'status' };
    expect((await test(account)).body).toEqual(down);
    await account.point('refuse');
    const refused = { delivered: false, status: null, error: 'The connection failed.' };
    expect((await test(account)).body).toMatchObject(refused);
  });

  it('returns 409 without a webhook, as does a roll of the secret', async () => {
    const account = await notifiedAccount();
    await account.call('DELETE', '/account/webhook');
    expectProblem(await test(account), 'webhook-missing');
    expectProblem(await account.call('POST', '/account/webhook/secret'), 'webhook-missing');
  });
});

describe('PUT /account/webhook', () => {
  it.each([
    'http://localhost/',
    'http://127.0.0.1:8080/',
    'http://2130706433/',
    'http://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00::1]/',
    'http://169.254.169.254/latest/meta-data',
    'https://service.internal/',
    'https://user:pass@example.com/',
  ])('returns 400 for %s', async (webhookUrl) => {
    const account = await notifiedAccount();
    const before = await settingsOf(account);
    expectInvalid(await account.call('PUT', '/account/webhook', { body: { webhookUrl } }), 'webhookUrl');
    expect(await settingsOf(account)).toEqual(before);
  });

  it('accepts private addresses if the operator allows them, and never credentials', async () => {
    const account = await notifiedAccount();
    const put = (webhookUrl: string) =>
      account.call('PUT', '/account/webhook', { body: { webhookUrl }, env: open });
    expect((await put('http://localhost:3000/hook')).status).toBe(200);
    expectInvalid(await put('http://me:secret@localhost:3000/hook'), 'webhookUrl');
  });

  it('does not deliver to an address that is no longer allowed', async () => {
    const account = await notifiedAccount();
    await changed(account);
    const closed = { ALLOW_PRIVATE_WEBHOOKS: undefined } as unknown as Partial<typeof open>;
    await account.deliver(Date.now(), { env: closed });
    expect(await account.received()).toEqual([]);
    expect(await account.deliveries()).toMatchObject([
      { state: 'pending', attempts: 1, lastError: expect.stringContaining('public address') },
    ]);
  });
});
