/** The outbox refers to the events of reminders, reads them when it sends, and can always send what it has. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { remind } from '../../src/reminders/remind.ts';
import type { Reminder } from '../../src/sdk/types.ts';
import { expectCounted, setQuotas } from '../quotas/support.ts';
import { DAILY, enter, fill, NOW, outbox, TEN, world } from '../support/reminders.ts';
import { DAY, HOUR, open } from '../support/webhooks.ts';

const HUNDRED: Reminder[] = new Array(100).fill(0).map((_, i) => ({ delta: 0, identifier: `${i}` }));

describe('the outbox', () => {
  it('keeps at most 5 MB of 60 events with 56 kB and 100 reminders each', async () => {
    const there = await world();
    const metadata = Object.fromEntries(new Array(13).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    for (let i = 0; i < 60; i++) await enter(there, { metadata, reminders: HUNDRED });
    await remind(open, () => NOW + HOUR);
    const { references, bytes } = await outbox(there);
    expect(references).toBe(6000);
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('can send what it holds, when the event has grown, or its identifiers are control characters', async () => {
    const there = await world();
    const small = await enter(there, { reminders: HUNDRED });
    const identifier = '\u0001'.repeat(256);
    const reminders = new Array(20).fill({ delta: 0, identifier });
    await enter(there, { reminders, metadata: { title: '\u0001'.repeat(4000) } });
    await remind(open, () => NOW + HOUR);
    const metadata = Object.fromEntries(new Array(15).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    const path = `/user/events/${small}`;
    expect((await there.account.call('PUT', path, { body: { metadata }, now: NOW })).status).toBe(200);
    const at = NOW + HOUR;
    for (let next = await there.account.deliver(at); next !== null; ) next = await there.account.deliver(at);
    const states = (await there.account.deliveries('?limit=100')).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['delivered']));
    const sent = (await there.account.bodies()).flatMap(({ reminders }) => reminders);
    expect(sent).toHaveLength(120);
    const identifiers = sent.map((one: { identifier: string }) => one.identifier);
    expect(new Set(identifiers.filter((one: string) => one !== identifier)).size).toBe(100);
  });

  it('loses no half of what it divides, though the account may have no more pending notifications', async () => {
    const there = await world();
    const { account } = there;
    const id = await enter(there, { reminders: HUNDRED });
    await remind(open, () => NOW + HOUR);
    const metadata = Object.fromEntries(new Array(15).fill(0).map((_, i) => [`${i}`, 'x'.repeat(4000)]));
    await account.call('PUT', `/user/events/${id}`, { body: { metadata }, now: NOW });
    const created = () =>
      env.DB.prepare('SELECT DISTINCT created FROM deliveries WHERE account_id = ?').bind(account.id).all();
    const before = await created();
    await setQuotas(account, { pendingDeliveries: 0 });
    const at = NOW + HOUR;
    for (let next = await account.deliver(at); next !== null; ) next = await account.deliver(at);
    const bodies = await account.bodies();
    expect(bodies.length).toBeGreaterThan(1);
    const sent = bodies.flatMap(({ reminders }) => reminders.map(({ identifier }: Reminder) => identifier));
    expect(sent.toSorted()).toEqual(HUNDRED.map(({ identifier }) => identifier).toSorted());
    expect((await account.call('GET', '/account/webhook')).body.webhook.dropped).toBe(0);
    // All parts are as old as the whole: a webhook that was removed since gets none of them.
    expect((await created()).results).toEqual(before.results);
    await expectCounted(account.id);
    expect((await account.call('POST', '/user', { body: {} })).status).toBe(201);
  });

  it('sends nothing for what was deleted, moved or changed after it was written', async () => {
    const there = await world();
    const ids = [await enter(there), await enter(there), await enter(there), await enter(there)];
    const kept = await enter(there, { metadata: { title: 'old' } });
    await remind(open, () => NOW + HOUR);
    const [deleted, moved, other, cleared] = ids.map((id) => `/user/events/${id}`);
    const { account } = there;
    await account.call('DELETE', deleted as string, { now: NOW });
    await account.call('PUT', moved as string, { body: { startTs: NOW + 5 * HOUR }, now: NOW });
    const twenty = [{ delta: -20, identifier: 'twenty before' }];
    await account.call('PUT', other as string, { body: { reminders: twenty }, now: NOW });
    await account.call('PUT', cleared as string, { body: { exdates: [NOW + HOUR] }, now: NOW });
    await account.call('PUT', `/user/events/${kept}`, { body: { metadata: { title: 'new' } }, now: NOW });
    expect(await account.deliver(NOW + HOUR)).toBe(null);
    const bodies = await account.bodies();
    expect(bodies).toHaveLength(1);
    expect(bodies[0].reminders).toMatchObject([{ event: { id: kept, metadata: { title: 'new' } } }]);
  });

  it('makes no request when nothing is left to send', async () => {
    const there = await world();
    const event = await enter(there);
    await remind(open, () => NOW + HOUR);
    expect((await outbox(there)).rows).toBe(1);
    await there.account.call('DELETE', `/user/events/${event}`, { now: NOW });
    expect(await there.account.deliver(NOW + HOUR)).toBe(null);
    expect(await there.account.received()).toEqual([]);
    expect((await outbox(there)).rows).toBe(0);
  });

  it('sends the copies that the release before this one stored', async () => {
    const there = await world();
    const id = await enter(there);
    await env.DB.prepare(
      `INSERT INTO deliveries (account_id, type, content)
       SELECT account_id, 'reminders', json_array(json_object('event', json(json), 'identifier', 'copied', 'startTs', 5))
       FROM event_json WHERE account_id = ?`,
    )
      .bind(there.account.id)
      .run();
    await there.account.deliver(Date.now());
    expect((await there.account.bodies())[0].reminders).toMatchObject([
      { event: { id }, identifier: 'copied', instance: { startTs: 5, endTs: 5 + HOUR } },
    ]);
  });

  it('comes to an end where events have grown and no longer have what was written', async () => {
    const there = await world();
    await fill(there, 100, TEN);
    const kept = await enter(there);
    await remind(open, () => NOW + HOUR);
    await env.DB.prepare(
      `UPDATE events SET metadata = json_object('a', ?), reminders = '[]' WHERE account_id = ? AND id <> ?`,
    )
      .bind('x'.repeat(57_000), there.account.id, kept)
      .run();
    let runs = 0;
    const at = NOW + HOUR;
    for (let next: number | null = 0; next !== null && runs < 10; runs++)
      next = await there.account.deliver(at);
    expect(runs).toBeLessThan(10);
    const sent = (await there.account.bodies()).flatMap(({ reminders }) => reminders);
    expect(sent.map(({ event }: { event: { id: string } }) => event.id)).toEqual([kept]);
  });

  it('keeps one reference for each day of a series', async () => {
    const there = await world();
    await enter(there, { recurrence: DAILY, metadata: { title: 'x'.repeat(4000) } });
    for (let day = 0; day < 10; day++) await remind(open, () => NOW + day * DAY + HOUR);
    const { rows, references, bytes } = await outbox(there);
    expect([rows, references]).toEqual([10, 10]);
    expect(bytes).toBeLessThan(1500);
  });
});
