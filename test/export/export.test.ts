/** An export has everything of one account and nothing else, and its import is complete and equal, or has no effect. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { lineChecker } from '../../src/export/check-line.ts';
import { importCopy } from '../../src/export/import.ts';
import { columnsOf, tables } from '../../src/export/tables.ts';
import { type Account, call, newAccount } from '../support/client.ts';
import { through } from '../support/database.ts';
import { answerOf, copyOf, dataLines, emptyCopy, exportOf, importInto, linesIn, rowsOf } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOMORROW = (Math.floor(Date.now() / DAY) + 2) * DAY;
const everyDay = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
  variant: { type: 'WDay', value },
  intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
}));
const odd = { 'zeilen\u2028ende': 'a\u2029b\n"\\', __proto: '\u{1f600}', 7: 'seven', 1: 'one' };

/** Creates an account with every kind of resource. */
async function fullAccount(): Promise<Account> {
  const account = await newAccount();
  const made = async (path: string, body: object) => {
    const reply = await account.call('POST', path, { body });
    if (reply.status > 299) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  };
  await account.call('PUT', '/account/settings', { body: { publicBooking: false, reads: 'nearest' } });
  await account.call('PUT', '/account/webhook', {
    body: { webhookUrl: 'https://example.test/hook', events: ['*'] },
  });
  const further = { url: 'https://example.test/further', events: ['user.deleted'], description: 'second' };
  await made('/account/webhooks', { ...further, headers: { authorization: 'Bearer 1' }, paused: true });
  await made('/account/api-keys', { name: 'second', expiresAt: Date.now() + DAY });
  const [key] = (await account.call('GET', '/account/keys')).body.keys;
  await account.call('PUT', `/account/keys/${key.kid}`, { body: { state: 'retiring', retiresAt: TOMORROW } });
  const group = (await made('/service', { multiPerson: { variant: 'group', data: 3 }, metadata: odd }))
    .service;
  const single = (await made('/service', {})).service;
  for (const metadata of [odd, {}]) {
    const user = await account.newUser(metadata as Record<string, string>);
    const { calendar } = await made(`/user/${user.id}/calendar`, {
      timezone: 'Europe/Oslo',
      metadata: { color: 'red' },
    });
    await account.call('POST', `/user/calendar/${calendar.id}/import`, {
      raw: 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20300101T000000Z\nEND:VEVENT',
      headers: { 'content-type': 'text/calendar' },
    });
    await made(`/user/calendar/${calendar.id}/feeds`, { detail: 'busy', name: 'phone' });
    const { schedule } = await made(`/user/${user.id}/schedule`, {
      timezone: 'UTC',
      rules: everyDay,
      metadata,
    });
    await made(`/user/${user.id}/events`, {
      calendarId: calendar.id,
      startTs: TOMORROW,
      duration: HOUR,
      recurrence: { freq: 'weekly', interval: 1, byweekday: ['Mon'] },
      reminders: [{ delta: -10, identifier: 'soon' }],
      metadata,
    });
    await made(`/user/${user.id}/events`, {
      calendarId: calendar.id,
      date: '2030-02-01',
      days: 2,
      recurrence: { freq: 'weekly', interval: 1, until: '2030-03-01' },
    });
    for (const service of [group, single]) {
      await made(`/service/${service.id}/users`, {
        userId: user.id,
        availability: { variant: 'Schedule', id: schedule.id },
        bookingCalendarId: calendar.id,
        bufferAfter: 5,
      });
      const busy = { busy: { provider: 'Nettu', id: calendar.id } };
      await account.call('PUT', `/service/${service.id}/users/${user.id}/busy`, { body: busy });
    }
    const subscription = { url: 'https://calendars.example/a.ics', busy: 'all' };
    await made(`/user/${user.id}/calendar`, { timezone: 'UTC', subscription });
    await account.call('PUT', `/user/${user.id}/tokens`, { body: { notBefore: 1000 } });
  }
  const slot = { startTs: TOMORROW + 10 * HOUR, duration: HOUR };
  await made(`/service/${group.id}/booking`, { ...slot, metadata: odd });
  await made(`/service/${group.id}/booking`, { ...slot, holdFor: 30 });
  const { booking } = await made(`/service/${group.id}/booking`, slot);
  await account.call('DELETE', `/booking/${booking.id}`);
  await made(`/service/${single.id}/booking`, { startTs: TOMORROW + 12 * HOUR, duration: HOUR, holdFor: 5 });
  const other = await made(`/service/${single.id}/booking`, {
    startTs: TOMORROW + 15 * HOUR,
    duration: HOUR,
  });
  await account.call('DELETE', `/booking/${other.booking.id}`);
  return account;
}

let db: D1Database;
beforeAll(async () => {
  db = await emptyCopy();
});

it('every column of an account is in an export, or on the list of columns that the database computes', async () => {
  const { results } = await env.DB.prepare(
    `SELECT m.name || '.' || c.name AS name FROM sqlite_schema m, pragma_table_xinfo(m.name) c
     WHERE m.type = 'table' AND m.name NOT GLOB '_cf_*' AND m.name NOT GLOB 'sqlite_*'`,
  ).all<{ name: string }>();
  const copied = tables.flatMap((table) => columnsOf(table).map(([column]) => `${table.name}.${column}`));
  const left = results
    .map(({ name }) => name)
    .filter((name) => !copied.includes(name))
    .filter((name) => !/\.(account_id|seq|kib)$/.test(name))
    // Triggers write these, or they belong to the deployment and its operator, or they last a day, or they are pending.
    .filter((name) => !/^(\w+_metadata|reminders|removals|d1_migrations|refused|usage|secrets)\./.test(name))
    .filter((name) => !/^(suspensions|job_runs)\./.test(name))
    .filter((name) => !/^(remembered|deliveries|walks|sessions|cancellations)\./.test(name)); // words: allow

  expect(left.toSorted()).toEqual(
    [
      'accounts.nearest', // The names before migration 0006.
      ...['accounts.webhook_key', 'accounts.webhook_url'],
      ...['api_keys.nearest', 'api_keys.reads_replica'],
      'bookings.change_token',
      ...['calendars.changed_at', 'calendars.event_timezone', 'calendars.event_week_start'],
      ...['events.length_class', 'events.nth'],
      ...['service_users.booked', 'service_users.booked_from'],
      ...['service_users.head_start', 'service_users.head_start_until'],
      ...['signing_keys.nearest', 'signing_keys.reads_replica'],
      ...[
        'begun_at',
        'empty_since',
        'etag',
        'failures',
        'hash',
        'last_modified',
        'next_at',
        'open',
        'version',
      ].map((name) => `subscriptions.${name}`),
      'users.agenda', // words: allow
      'users.events',
      ...['webhooks.backfilled_to', 'webhooks.dropped', 'webhooks.dropped_at', 'webhooks.dropped_before'],
      'webhooks.failing_since',
      'webhooks.filed', // words: allow
      ...[
        'dropped_before',
        'failing_since',
        'hurry_before',
        'hurry_from',
        'last_error',
        'last_status',
        'lease',
      ]
        .concat('lease_until', 'next_at', 'slow_since')
        .map((name) => `further_endpoints.${name}`),
      ...['webhooks.hurry_before', 'webhooks.hurry_from', 'webhooks.last_error', 'webhooks.last_status'],
      ...['webhooks.lease', 'webhooks.lease_until', 'webhooks.next_at', 'webhooks.own_events'],
      ...['webhooks.rechecked_to', 'webhooks.remind_at', 'webhooks.since', 'webhooks.slow_since'],
    ].toSorted(),
  );
  expect(copied.filter((name) => !results.some((row) => row.name === name))).toEqual([]);
});

describe('an export', { timeout: 60_000 }, () => {
  it('has a first line, the resources of the account, and a last line with their counts', async () => {
    const account = await fullAccount();
    await fullAccount();
    const answer = await answerOf(account.apiKey);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/jsonl']);
    const lines = linesIn(new TextDecoder().decode(await answer.arrayBuffer()));
    expect(lines[0]).toEqual({ type: 'export', format: 1, account: account.id, at: expect.any(Number) });
    expect(lines.at(-1)).toEqual({
      type: 'end',
      counts: {
        account: 1,
        user: 2,
        calendar: 4,
        event: 9,
        schedule: 2,
        service: 2,
        host: 4,
        booking: 5,
        importedEvent: 2,
        subscription: 2,
        feed: 2,
        signingKey: 1,
        apiKey: 2,
        webhook: 1,
        endpoint: 1,
      },
    });
    expect(dataLines(lines)).toHaveLength(4 + 1 + 2 + 2 + 2 + 2 + 9 + 2 + 2 + 4 + 5 + 1 + 2 + 1 + 1 + 1);
    expect(lines.find(({ type }) => type === 'user')).toMatchObject({ metadata: odd, notBefore: 1000 });
    expect(JSON.stringify(lines)).not.toContain(account.apiKey);
  });

  it('continues from each of its cursors', async () => {
    const { apiKey } = await fullAccount();
    const lines = await exportOf(apiKey);
    const cursors = lines.flatMap((line, i) => (line.type === 'cursor' ? [i] : []));
    expect(cursors.length).toBe(15);
    for (const i of cursors) {
      const rest = await exportOf(apiKey, { cursor: String(lines[i]?.cursor) });
      expect(dataLines(rest)).toEqual(dataLines(lines.slice(i + 1)));
    }
  });

  it('rejects a cursor of another account', async () => {
    const [account, other] = [await newAccount(), await newAccount()];
    const lines = await exportOf(other.apiKey);
    const foreign = String(lines.find(({ type }) => type === 'cursor')?.cursor);
    for (const cursor of [foreign, `${foreign.slice(0, -2)}AA`, 'x']) {
      const reply = await account.call('GET', `/account/export?cursor=${cursor}`);
      expect([reply.status, reply.problem.code]).toEqual([400, 'input-invalid']);
    }
  });

  it('begins anew for an empty cursor', async () => {
    const account = await newAccount();
    const reply = await account.call('GET', '/account/export?cursor=');
    expect(linesIn(reply.body)[0]).toMatchObject({ type: 'export', account: account.id });
  });

  it('ends with a problem when its API key is removed', async () => {
    const account = await fullAccount();
    const { body } = await account.call('POST', '/account/api-keys', { body: {} });
    const answer = await answerOf(body.secretApiKey);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const removed = await account.call('DELETE', `/account/api-keys/${body.apiKey.id}`);
    expect(removed.status).toBe(200);
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read())
      rest += new TextDecoder().decode(part.value);
    expect(linesIn(rest)).toEqual([
      { type: 'problem', problem: expect.objectContaining({ code: 'api-key-unknown', status: 401 }) },
    ]);
  });

  it('ends with a problem on an outage, after a cursor to continue from', async () => {
    const { apiKey } = await fullAccount();
    // No waiting before another try.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    const failing = through((run, count) =>
      count > 5 ? Promise.reject(new Error('D1_ERROR: Network connection lost.')) : run(),
    );
    const lines = await exportOf(apiKey, { db: failing });
    random.mockRestore();
    expect(lines.at(-1)).toMatchObject({
      type: 'problem',
      problem: { code: 'database-unavailable', status: 503 },
    });
    const cursor = lines.at(-2);
    expect(cursor?.type).toBe('cursor');
    const rest = await exportOf(apiKey, { cursor: String(cursor?.cursor) });
    expect([...dataLines(lines.slice(0, -1)), ...dataLines(rest)]).toEqual(dataLines(await exportOf(apiKey)));
  });
});

describe('an import', { timeout: 60_000 }, () => {
  it('restores rows, versions, availability revisions and search entries exactly, and the same keys work', async () => {
    const account = await fullAccount();
    const lines = await exportOf(account.apiKey);
    // `npm run import` checks each line, as a request would be.
    const check = lineChecker(account.id);
    for (const line of dataLines(lines).slice(0, -1)) expect(await check(line), line.type).toBeNull();
    expect(await importInto(db, lines)).toBe(true);
    expect(await rowsOf(db, account.id)).toEqual(await rowsOf(env.DB, account.id));
    expect(dataLines(await exportOf(account.apiKey, { db }))).toEqual(dataLines(lines));
    const there = await call('GET', '/account', { headers: account.headers, env: { DB: db } });
    const here = await call('GET', '/account', { headers: account.headers });
    // Idempotency records are not exported, so they do not count there.
    const { quotas, ...rest } = here.body.account;
    expect(there.body.account).toMatchObject(rest);
    expect(Object.keys(there.body.account.quotas)).toEqual(Object.keys(quotas));
    expect(there.headers.get('etag')).toEqual(here.headers.get('etag'));
  });

  it('changes nothing the second time, even if the account has changed since', async () => {
    const account = await fullAccount();
    const lines = await exportOf(account.apiKey);
    await importInto(db, lines);
    const [user] = (await call('GET', '/user', { headers: account.headers, env: { DB: db } })).body.users;
    await call('DELETE', `/user/${user.id}`, { headers: account.headers, env: { DB: db } });
    const before = await rowsOf(db, account.id);
    expect(await importInto(db, lines)).toBe(false);
    expect(await rowsOf(db, account.id)).toEqual(before);
  });

  it('may stop anywhere: the account does not exist until the import is complete', {
    timeout: 60_000,
  }, async () => {
    const account = await fullAccount();
    const lines = await exportOf(account.apiKey);
    let stops = 0;
    for (let after = 0; ; after += 3) {
      let calls = 0;
      const failing = new Proxy(db, {
        get(target, name) {
          if (name !== 'prepare' && name !== 'batch') return Reflect.get(target, name);
          return (argument: never) => {
            if (++calls > after) throw new Error('stopped');
            return (target[name] as (argument: never) => unknown)(argument);
          };
        },
      });
      const outcome = await importCopy(failing as never, copyOf(lines)).catch(() => 'stopped');
      if (outcome === true) break;
      expect(outcome).toBe('stopped');
      stops++;
      const reply = await call('GET', '/account', { headers: account.headers, env: { DB: db } });
      expect(reply.problem.code).toBe('api-key-unknown');
    }
    expect(stops).toBeGreaterThan(5);
    expect(await rowsOf(db, account.id)).toEqual(await rowsOf(env.DB, account.id));
  });

  it('leaves another account with the same ids unchanged', async () => {
    const account = await fullAccount();
    const lines = await exportOf(account.apiKey);
    await importInto(db, lines);
    const before = await rowsOf(db, account.id);
    const others = lines.map((line) =>
      line.type === 'export'
        ? { ...line, account: 'another' }
        : line.type === 'account'
          ? { ...line, id: 'another' }
          : line.type === 'apiKey' || line.type === 'feed'
            ? { ...line, hash: `${line.hash}x` }
            : line,
    );
    expect(await importInto(db, others)).toBe(true);
    expect(await rowsOf(db, account.id)).toEqual(before);
    expect((await rowsOf(db, 'another')).bookings).toHaveLength(5);
  });

  it('omits rows that are newer than the export, even with the seq of a row deleted meanwhile', async () => {
    const account = await newAccount();
    const user = await account.newUser();
    const [calendarId, kept] = [await user.newCalendar(), await user.newCalendar()];
    const add = async (calendarId: string) =>
      (await user.call('POST', '/events', { body: { calendarId, startTs: 0, duration: 1000 } })).body.event
        .id;
    const old = [await add(calendarId), await add(calendarId)];
    const answer = await answerOf(account.apiKey);
    let text = '';
    for await (const chunk of (answer.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream(),
    )) {
      text += chunk;
      if (!chunk.includes('"type":"calendar"')) continue;
      await user.call('DELETE', `/events/${old[1]}`);
      await add(await user.newCalendar());
    }
    const lines = linesIn(text);
    expect(lines.filter(({ type }) => type === 'event')).toHaveLength(2);
    expect(await importInto(db, lines)).toBe(true);
    const { calendars, events } = await rowsOf(db, account.id);
    expect(calendars).toMatchObject([{ id: calendarId }, { id: kept }]);
    expect(events).toMatchObject([{ id: old[0] }]);
  });
});
