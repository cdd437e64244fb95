/**
 * D1's limits (developers.cloudflare.com/d1/platform/limits) hold for every statement of every route and for its rows,
 * with the largest input that the route accepts.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { type Account, keys, newAccount, type User } from '../support/client.ts';
import { entries, prepare, send, titled } from '../support/rows.ts';

const LIMITS = {
  parameters: 100,
  statement: 100_000,
  value: 2_000_000,
  row: 2_000_000,
  functionArguments: 32,
};

const utf8 = new TextEncoder();
const bytesOf = (value: unknown) =>
  typeof value === 'string' ? utf8.encode(value).length : value === null ? 1 : 8;

type Measures = Record<keyof typeof LIMITS, number>;

/** Returns a binding that measures its statements, parameters and rows. */
function measuring(): { db: D1Database; most: Measures } {
  const most: Measures = { parameters: 0, statement: 0, value: 0, row: 0, functionArguments: 0 };
  const note = (measure: keyof Measures, size: number) => {
    most[measure] = Math.max(most[measure], size);
  };
  const db = {
    prepare: (text: string) => env.DB.prepare(text),
    withSession(from?: string) {
      const session = env.DB.withSession(from);
      return {
        prepare: (text: string) => ({
          bind(...values: unknown[]) {
            note('statement', bytesOf(text));
            note('parameters', values.length);
            note('functionArguments', mostArguments(text));
            for (const value of values) note('value', bytesOf(value));
            return session.prepare(text).bind(...values);
          },
        }),
        async batch(statements: D1PreparedStatement[]) {
          const results = await session.batch<Record<string, unknown>>(statements);
          for (const row of results.flatMap(({ results }) => results)) {
            note(
              'row',
              Object.values(row).reduce((sum: number, value) => sum + bytesOf(value), 0),
            );
          }
          return results;
        },
        getBookmark: () => session.getBookmark(),
      };
    },
  } as unknown as D1Database;
  return { db, most };
}

/** Returns the most arguments of any function call: a comma in the call's own parentheses separates two of them. */
function mostArguments(text: string): number {
  const open: { called: boolean; commas: number }[] = [];
  let most = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') open.push({ called: /\w/.test(text[i - 1] ?? ''), commas: 0 });
    const inner = open.at(-1);
    if (text[i] === ',' && inner) inner.commas++;
    if (text[i] === ')' && open.pop() && inner?.called) most = Math.max(most, inner.commas + 1);
  }
  return most;
}

/** Returns metadata of 64 entries that has about this many bytes as JSON. */
function metadataOf(bytes: number): Record<string, string> {
  const size = Math.floor(bytes / 64) - 128 - 6;
  return Object.fromEntries(
    Array.from({ length: 64 }, (_, i) => [String(i).padStart(128, 'k'), 'v'.repeat(size)]),
  );
}
const metadata = metadataOf(64_000);
const someMetadata = metadataOf(20_000);

const times = (n: number, of: (i: number) => unknown) => Array.from({ length: n }, (_, i) => of(i));
const recurrence = {
  freq: 'yearly',
  interval: 1,
  bymonth: times(12, (i) => (i as number) + 1),
  bymonthday: times(31, (i) => (i as number) + 1),
  byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  bysetpos: times(300, (i) => (i as number) + 1),
};
const reminders = times(100, () => ({ delta: -10, identifier: '🕰'.repeat(60) }));
const eventful = {
  recurrence,
  reminders,
  exdates: times(1000, (i) => 1e12 + (i as number)),
  metadata: someMetadata,
};
/** A PEM may have white space between its lines. */
const longest = keys.pem.replace('\n', `\n${' '.repeat(16_384 - keys.pem.length)}`);
const intervals = times(10, (i) => ({
  start: { hours: 2 * (i as number), minutes: 0 },
  end: { hours: 2 * (i as number), minutes: 30 },
}));
const rules = times(80, (i) => ({
  variant: { type: 'Date', value: new Date(Date.UTC(2030, 0, 1 + (i as number))).toISOString().slice(0, 10) },
  intervals: intervals.slice(0, 9),
}));

const HOSTS = 100;
const BUSY = 20;

interface Large {
  user: User;
  service: string;
  hosts: string[];
  /** The calendars of the first host. */
  calendars: string[];
}

/** A collective service with the most hosts, each with the most busy calendars, in an account with room for two more signing keys. */
async function large(): Promise<Large> {
  const account: Account = await newAccount();
  const user = await account.newUser({ color: 'red' });
  const { body } = await account.call('POST', '/service', {
    body: { multiPerson: { variant: 'collective' }, metadata: someMetadata },
  });
  const service: string = body.service.id;
  const schedule = { timezone: 'UTC', rules: week };
  const hosts = times(HOSTS, () => crypto.randomUUID()) as string[];
  const calendars = hosts.map(() => times(BUSY, () => crypto.randomUUID()) as string[]);
  const many = times(100, () => crypto.randomUUID()) as string[];
  const rows = JSON.stringify(hosts.map((id, i) => [id, calendars[i]]));
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (account_id, id, metadata) SELECT ?1, value ->> 0, '{}' FROM json_each(?2)`,
    ).bind(account.id, rows),
    env.DB.prepare(
      `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
       SELECT ?1, c.value, h.value ->> 0, 'UTC', 'Mon', '{}' FROM json_each(?2) h, json_each(h.value ->> 1) c`,
    ).bind(account.id, rows),
    env.DB.prepare(
      `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
       SELECT ?1, value, ?2, 'UTC', 'Mon', '{}' FROM json_each(?3)`,
    ).bind(account.id, hosts[0] ?? '', JSON.stringify(many)),
    env.DB.prepare(
      `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata)
       SELECT ?1, value ->> 0, value ->> 0, 'UTC', ?3, '{}' FROM json_each(?2)`,
    ).bind(account.id, rows, JSON.stringify(schedule.rules)),
    env.DB.prepare(
      `INSERT INTO service_users (account_id, service_id, user_id, schedule_id, buffer_before, buffer_after, closest, busy)
       SELECT ?1, ?3, value ->> 0, value ->> 0, 0, 0, 0, value ->> 1 FROM json_each(?2)`,
    ).bind(account.id, rows, service),
    env.DB.prepare(
      `INSERT INTO signing_keys (account_id, kid, pem, state, created)
       SELECT ?1, printf('%0128d', value), printf('%.16384c', 'k'), 'revoked', 0 FROM json_each('${JSON.stringify(times(17, (i) => i))}')`,
    ).bind(account.id),
  ]);
  // More than one part of an export may hold.
  await env.DB.prepare(
    `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated)
     SELECT ?1, 'large' || value, ?2, ?3, 0, 1, 0, 0, '[]', ?4, 1, 1 FROM json_each(?5)`,
  )
    .bind(
      account.id,
      many[0] ?? '',
      hosts[0] ?? '',
      JSON.stringify(metadata),
      JSON.stringify(times(40, (i) => i)),
    )
    .run();
  return { user, service, hosts, calendars: many };
}
const week = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
  variant: { type: 'WDay', value },
  intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
}));

const at = { startTs: Date.UTC(2031, 0, 6, 12), duration: 3_600_000 };

const longestWebhook = {
  url: 'https://example.test/'.padEnd(2048, 'h'),
  events: ['*'],
  description: '🗝'.repeat(255),
  headers: Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`${i}`.padEnd(64, 'x'), 'v'.repeat(2048)]),
  ),
};

/** By method and path (for an account, if it has one): the largest body or query, which replaces the usual one. */
const largest: Record<string, (large: Large) => { body?: object; query?: string; path?: string }> = {
  'POST /account/api-keys': () => ({ body: { name: '🗝'.repeat(128) } }),
  'POST /user': () => ({ body: { metadata } }),
  'PUT /user/:userId': () => ({ body: { metadata } }),
  'PUT /user/calendar/:calendarId': () => ({ body: { timezone: 'UTC', metadata } }),
  'PUT /calendar/:calendarId': () => ({ body: { timezone: 'UTC', metadata } }),
  'POST /user/:userId/calendar': () => ({ body: { timezone: 'UTC', metadata } }),
  'POST /calendar': () => ({ body: { timezone: 'UTC', metadata } }),
  'POST /account/keys': () => ({
    body: { kid: crypto.randomUUID().padEnd(128, 'k'), publicJwtKey: longest },
  }),
  'PUT /account/pubkey': () => ({ body: { publicJwtKey: longest } }),
  'PUT /account/webhook': () => ({
    body: { webhookUrl: 'https://example.test/'.padEnd(2048, 'h'), events: ['*'] },
  }),
  ...Object.fromEntries(
    ['POST /account/webhooks', 'PUT /account/webhooks/:webhookId'].map((name) => [
      name,
      () => ({ body: longestWebhook }),
    ]),
  ),
  ...Object.fromEntries(
    ['POST /user/:userId/events', 'POST /events', 'PUT /user/events/:eventId', 'PUT /events/:eventId'].map(
      (name) => [name, () => ({ body: eventful })],
    ),
  ),
  'PUT /booking/:bookingId': () => ({ body: { metadata } }),
  'POST /user/:userId/schedule': () => ({ body: { timezone: 'UTC', rules, metadata: metadataOf(12_000) } }),
  'PUT /user/schedule/:scheduleId': () => ({ body: { rules, metadata: metadataOf(12_000) } }),
  'POST /service': () => ({ body: { metadata } }),
  'PUT /service/:serviceId': () => ({ body: { metadata } }),
  'GET /service/:serviceId': ({ service }) => ({ path: `/service/${service}` }),
  'POST /service/:serviceId/booking': ({ service, hosts }) => ({
    path: `/service/${service}/booking`,
    body: { ...at, hostUserIds: hosts, metadata: metadataOf(55_000) },
  }),
  'GET /service/:serviceId/booking': ({ service, hosts }) => ({
    path: `/service/${service}/booking`,
    query: `?startDate=2031-01-01&endDate=2031-01-31&duration=3600000&interval=7200000&hostUserIds=${[...hosts, ...hosts]}`,
  }),
  'GET /user/:userId/freebusy': ({ hosts, calendars }) => ({
    path: `/user/${hosts[0]}/freebusy`,
    query: `?startTs=0&endTs=86400000&calendarIds=${calendars}`,
  }),
  ...Object.fromEntries(
    ['/user', '/user/:userId/calendar', '/user/:userId/events', '/user/:userId/schedule', '/service'].map(
      (path) => [
        `GET ${path}`,
        () => ({
          query: `?limit=100&${Object.entries(metadata)
            .map(([key, value]) => `metadata[${key}]=${value}`)
            .join('&')}`,
        }),
      ],
    ),
  ),
  ...Object.fromEntries(
    ['/user/meta', '/calendar/meta', '/events/meta', '/schedule/meta', '/service/meta'].map((path) => [
      `GET ${path}`,
      () => ({ query: `?limit=100&skip=100000&key=${'k'.repeat(128)}&value=${'v'.repeat(4096)}` }),
    ]),
  ),
};

let there: Large;
beforeAll(async () => {
  there = await large();
});

it.each(titled(entries))('%s stays within the limits', async (_, entry) => {
  // A route that changes the account gets its own, so that it does not affect the others.
  const target = entry.path.startsWith('/account/') && entry.row.does.writes ? await large() : there;
  const user = await target.user.account.newUser({ color: 'red' });
  const request = await prepare(entry, user);
  const larger = largest[entry.name]?.({ ...target, user }) ?? {};
  const { db, most } = measuring();
  const headers = {
    'idempotency-key': crypto.randomUUID().padEnd(255, 'k'),
    'if-match': times(500, (i) => `"${i}"`),
  };
  const { query, body, ...changes } = larger;
  const largestRequest = {
    ...request,
    ...(body && { body: { ...request.body, ...body } }),
    ...changes,
    env: { DB: db },
  };
  const reply = await send(query ? { ...entry, fixture: { ...entry.fixture, query } } : entry, user, {
    ...largestRequest,
    headers: { ...request.headers, 'idempotency-key': headers['idempotency-key'] },
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(entry.row.status ?? 200);
  if (entry.row.does.target) {
    // Also with 500 etags, none of which matches.
    const tags = { 'if-match': String(headers['if-match']) };
    expect((await send(entry, user, { ...largestRequest, headers: tags })).status).toBeGreaterThan(200);
  }
  for (const [measure, limit] of Object.entries(LIMITS)) {
    expect([measure, most[measure as keyof Measures]]).toEqual([
      measure,
      Math.min(limit, most[measure as keyof Measures]),
    ]);
  }
  if (entry.trips > 0) expect(most.statement).toBeGreaterThan(0);
});
