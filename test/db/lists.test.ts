/**
 * Every statement with a list in a parameter looks its rows up by the list. Where SQLite takes the list as the inner loop, it
 * reads all rows of the account for each one of the list: an export of 429,000 events once read 356 million rows so.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { selectPage } from '../../src/db/pages.ts';
import { system } from '../../src/db/scope.ts';
import { type Param, type Sql, sql } from '../../src/db/sql.ts';
import { importCopy } from '../../src/export/import.ts';
import { selectRows } from '../../src/export/sql.ts';
import { tables } from '../../src/export/tables.ts';
import { onlyInVersions } from '../../src/http/preconditions.ts';
import { saveWalks, type Walking } from '../../src/jobs/walks.ts';
import { plan } from '../../src/plan.ts';
import * as reminders from '../../src/reminders/sql.ts';
import * as availability from '../../src/resources/bookings/availability-sql.ts';
import type { Decision } from '../../src/resources/bookings/guard-sql.ts';
import { insertBooking, insertEvents, type NewBooking } from '../../src/resources/bookings/sql.ts';
import { selectCalendar, selectCalendarsById } from '../../src/resources/calendars/table.ts';
import { deleteOverrides, moveOverrides } from '../../src/resources/events/overrides-write-sql.ts';
import { updateEvent } from '../../src/resources/events/sql.ts';
import * as imports from '../../src/resources/imports/sql.ts';
import * as subscriptions from '../../src/resources/subscriptions/sql.ts';
import { firstOf } from '../../src/webhooks/endpoint.ts';
import { deleteEmpty, hurry, recordAttempts } from '../../src/webhooks/outbox-sql.ts';
import { selectReferenced } from '../../src/webhooks/references.ts';
import { copyOf, emptyCopy, exportOf } from '../export/support.ts';
import { newAccount } from '../support/client.ts';

const account = 'a';
const scope = system(account);
const booking: NewBooking = {
  ...{ id: 'b', service_id: 's', start_ts: 1, duration: 1, state: 'confirmed', expires_at: null },
  ...{ booked_by: null, metadata: '{}', created: 1, updated: 1, version: 1 },
};
const slots = {
  target: availability.targetOf(scope, 's', { start: 0, end: 1 }),
  hostUserIds: ['u'],
  now: 1,
};
const decisionOf = (variant: 'group' | 'collective' | 'roundRobinAlgorithm'): Decision => ({
  request: { ...slots, decides: true },
  version: 1,
  multiPerson: { variant, data: variant === 'group' ? 2 : 'availability' } as Decision['multiPerson'],
  candidates: [{ user: 'u', calendar: 'c', event: 'e', basis: '' }],
});
const due: reminders.NextDue = { event: 1, token: '', since: 1, due: 1, failures: 0, error: null };
const listed = {
  ...{ table: sql`users`, columns: sql`users.id`, size: sql`1`, entries: sql`user_metadata` },
  within: sql`users.account_id = ${account}`,
};

/** What a plan must say of each name of a table: the only way in which the statement finds its rows. */
type Lookups = Record<string, string>;

const bySeq = 'INTEGER PRIMARY KEY (rowid=?)';
const byId = (table: string) => `INDEX sqlite_autoindex_${table}_1 (account_id=? AND id=?)`;
const byUid = 'INDEX sqlite_autoindex_imported_events_1 (account_id=? AND calendar_id=? AND uid=?)';
const byEvent = 'INDEX sqlite_autoindex_imported_events_2 (account_id=? AND event_id=?)';
const imported = {
  ...{ uid: 'u', part: '', sequence: 1, modified: 1, id: 'e', start: 1, duration: 1, busy: 1 },
  ...{
    timezone: 'UTC',
    days: null,
    recurrence: null,
    lastStart: 1,
    exdates: '[]',
    reminders: '[]',
    metadata: '{}',
  },
};
const byDelivery = 'PRIMARY KEY (account_id=? AND id=?)';
const ofHosts = { h: 'INDEX sqlite_autoindex_service_users_1 (account_id=? AND service_id=? AND user_id=?)' };

/** By the file and the function that has the list: its statements, and how they find their rows. */
const cases: Record<string, [statements: readonly Sql[], lookups: Lookups][]> = {
  'db/pages.ts searched': [
    [
      [
        selectPage(scope, listed, {
          metadata: { a: 'b', c: 'd' },
          order: 'asc',
          limit: 2,
          after: null,
        } as never),
      ],
      { user_metadata: 'PRIMARY KEY (account_id=? AND key=? AND value=? AND seq>?)', users: bySeq },
    ],
  ],
  'export/sql.ts inRanges': tables
    .filter(({ single }) => !single)
    .map((table) => [
      [selectRows(scope, table, [1, 2, 5])],
      { [table.name]: 'INTEGER PRIMARY KEY (rowid>? AND rowid<?)' },
    ]),
  'http/preconditions.ts refuse': [
    [
      onlyInVersions(
        plan([sql`DELETE FROM calendars`], () => null),
        selectCalendar(scope, 'c'),
        [1],
      ).statements.slice(0, 1),
      { calendars: byId('calendars') },
    ],
  ],
  'reminders/sql.ts selectDueEvents': [
    [
      [reminders.selectDueEvents([account], 1, 2)],
      { r: bySeq, reminders: 'INDEX reminders_due (account_id=? AND due<?)', e: bySeq },
    ],
  ],
  'reminders/sql.ts insertNotifications': [
    [[reminders.insertNotifications([[0, 1, 't', 0, 1, 1]])], { r: bySeq, e: bySeq, c: byId('calendars') }],
  ],
  'reminders/sql.ts updateNext': [
    [reminders.updateNext([due]).slice(0, 1), { reminders: bySeq }],
    [reminders.updateNext([{ ...due, due: null }]).slice(1), { reminders: bySeq, r: bySeq }],
  ],
  'reminders/sql.ts updateRemindAt': [
    // One row an account.
    [[reminders.updateRemindAt([account])], { webhooks: 'PRIMARY KEY (account_id=?)' }],
  ],
  'reminders/sql.ts recheck': [
    [
      reminders.recheck(account, [{ event: 1, due: 1, changed_at: 1 }], '[]', null).slice(0, 1),
      { reminders: bySeq },
    ],
  ],
  'resources/bookings/availability-sql.ts firstOwn': [
    [
      [availability.selectHosts(slots)],
      { fed: 'INDEX sqlite_autoindex_subscriptions_1 (account_id=? AND calendar_id=?)' },
    ],
  ],
  'resources/bookings/availability-sql.ts hostsOf': [
    [[availability.selectHosts(slots)], ofHosts],
    [[availability.selectCalendarTimes(slots)], ofHosts],
    [[availability.selectBookedTimes(slots)], ofHosts],
  ],
  'resources/bookings/guard-sql.ts able': [
    [
      (['roundRobinAlgorithm', 'collective'] as const).map((variant) =>
        insertBooking(booking, 't', decisionOf(variant)),
      ),
      { ...ofHosts, b: byId('calendars') },
    ],
  ],
  'resources/bookings/guard-sql.ts taken': [[[insertBooking(booking, 't', decisionOf('group'))], ofHosts]],
  'resources/bookings/sql.ts insertEvents': [
    [[insertEvents(scope, 'b', 't', decisionOf('collective'))], { bookings: byId('bookings') }],
  ],
  'resources/events/booked-sql.ts adds': [
    [
      [updateEvent(scope, 'e', { exdates: [1], lastStart: undefined, tokenUser: null, now: 1 }, '')],
      { events: byId('events') },
    ],
  ],
  'resources/calendars/table.ts selectCalendarsById': [
    [[selectCalendarsById({ ...scope, user: 'u' }, ['c'])], { calendars: byId('calendars') }],
  ],
  'resources/events/overrides-write-sql.ts deleteOverrides': [
    [deleteOverrides(scope, 'e', [1], sql`1`), { events: byId('events') }],
  ],
  'resources/events/overrides-write-sql.ts moveOverrides': [
    [
      moveOverrides(scope, { from: 'e', wholeDays: false, turned: false }, [[1, 2]], {}, 1, sql`1`).slice(
        0,
        1,
      ),
      { events: bySeq, own: byId('events') },
    ],
  ],
  'resources/subscriptions/sql.ts selectDue': [
    [
      [subscriptions.selectDue(['a'], 1, 1)],
      {
        due: bySeq,
        s: 'INDEX subscriptions_due (account_id=? AND next_at<?)',
        c: byId('calendars'),
      },
    ],
  ],
  'resources/imports/sql.ts selectImported': [[[imports.selectImported(scope, 'c', ['u'])], { i: byUid }]],
  'resources/imports/sql.ts insertImported': [
    [
      [imports.insertImported(scope, 'c', [imported], 1)],
      { calendars: byId('calendars'), i: `${byUid.slice(0, -1)} AND piece=?)` },
    ],
  ],
  'resources/imports/sql.ts insertUids': [
    [[imports.insertUids(scope, 'c', [imported])], { e: byId('events') }],
  ],
  'resources/imports/sql.ts updateImported': [
    [
      [imports.updateImported(scope, 'c', [imported], 1)],
      { events: bySeq, e: byId('events'), calendars: byId('calendars'), i: byEvent },
    ],
  ],
  'resources/imports/sql.ts updateVersions': [
    [
      [imports.updateVersions(scope, 'c', [imported])],
      { imported_events: bySeq, i: byEvent, calendars: byId('calendars') },
    ],
  ],
  'resources/imports/sql.ts deleteImported': [
    [[imports.deleteImported(scope, 'c', ['e'])], { events: byId('events'), calendars: byId('calendars') }],
  ],
  'webhooks/references.ts selectReferenced': [
    [
      [selectReferenced(sql`${account}`, ['d'])],
      { d: byDelivery, e: byId('events'), s: byId('events'), c: byId('calendars'), v: bySeq },
    ],
  ],
  'webhooks/outbox-sql.ts recordAttempts': [
    [
      [
        recordAttempts(account, [
          {
            id: 'd',
            state: 'pending',
            status: 1,
            error: null,
            cause: null,
            ms: 1,
            at: 1,
            nextAt: 1,
            expiresAt: null,
          },
        ]),
      ],
      { deliveries: byDelivery },
    ],
  ],
  'webhooks/outbox-sql.ts deleteEmpty': [[[deleteEmpty(account, ['d'])], { deliveries: byDelivery }]],
  'webhooks/outbox-sql.ts hurry': [
    [
      hurry(firstOf(account), [{ id: 'd', next_at: 1, attempted_at: 1 }], 5, 9).slice(0, 1),
      { deliveries: byDelivery },
    ],
  ],
};

/** Statements that are prepared where they run. */
const recorded: Record<string, (text: string) => Lookups | null> = {
  'jobs/walks.ts saveWalks': (text) => (text.startsWith('INSERT INTO walks') ? {} : null),
  'export/import.ts insert': (text) => {
    const [, name] = /^INSERT INTO (\w+)/.exec(text) ?? [];
    return name === undefined || name === 'walks' ? null : parentsOf(name);
  },
  'export/import.ts countOrphans': (text) =>
    text.startsWith('SELECT count(*) AS n FROM json_each') ? { users: byId('users') } : null,
  'export/import.ts restore': (text) => {
    const [, name = ''] = /^UPDATE (\w+)/.exec(text) ?? [];
    if (!name) return null;
    return name === 'accounts' ? { accounts: 'PRIMARY KEY (id=?)' } : { [name]: bySeq, own: byId(name) };
  },
};

/** How an import finds what a row belongs to. */
const parentsOf = (name: string): Lookups =>
  Object.fromEntries(
    Object.values(tables.find((table) => table.name === name)?.belongs ?? {}).map((parent) => [
      parent,
      byId(parent),
    ]),
  );

/** Lists in a column of a row, which the rows before have found. */
const ofColumns = [
  'db/removed.ts withoutRemoved',
  'resources/bookings/removed.ts removedAt',
  'resources/services/host-table.ts removedParts',
];

const ran: [text: string, params: Param[]][] = [];
/** A database that keeps the statements that it runs. */
const recording = (db: D1Database): D1Database => {
  const kept = (on: Pick<D1Database, 'prepare' | 'batch'>) => ({
    prepare: (text: string) => ({
      bind: (...params: Param[]) => {
        ran.push([text, params]);
        return on.prepare(text).bind(...params);
      },
    }),
    batch: (statements: D1PreparedStatement[]) => on.batch(statements),
  });
  const withSession = () => ({ ...kept(db.withSession()), getBookmark: () => null });
  return { ...kept(db), withSession } as unknown as D1Database;
};

beforeAll(async () => {
  const account = await newAccount();
  await (await account.newUser()).newCalendar();
  await importCopy(recording(await emptyCopy()), copyOf(await exportOf(account.apiKey)));
  const walking = { name: 'w', moved: true, row: { name: 'w', position: null, started_at: 1 } };
  await saveWalks(recording(env.DB), [walking as unknown as Walking]);
});

async function planOf(text: string, params: readonly Param[]): Promise<string[]> {
  const explained = env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(...params);
  return (await explained.all<{ detail: string }>()).results.map(({ detail }) => detail);
}

/** Each step that reads this name reads it so, and there is one. */
function expectLookups(steps: string[], lookups: Lookups): void {
  for (const [name, lookup] of Object.entries(lookups)) {
    const reads = steps.filter((step) => new RegExp(`^(SCAN|SEARCH) ${name}( |$)`).test(step));
    expect(reads.length, `${name} in ${steps.join('\n')}`).toBeGreaterThan(0);
    for (const step of reads)
      expect(step.replace(/ USING COVERING/, ' USING').replace(/ LEFT-JOIN$/, '')).toBe(
        `SEARCH ${name} USING ${lookup}`,
      );
  }
}

it.each(Object.entries(cases))('%s', async (_, some) => {
  for (const [statements, lookups] of some) {
    for (const { text, params } of statements) {
      expect(text).toMatch(/json_each\(\?\)/);
      expectLookups(await planOf(text, params), lookups);
    }
  }
});

it.each(Object.entries(recorded))('%s', async (_, lookupsIn) => {
  let statements = 0;
  for (const [text, params] of ran) {
    const lookups = text.includes('json_each(?') ? lookupsIn(text) : null;
    if (!lookups) continue;
    statements += 1;
    expectLookups(await planOf(text, params), lookups);
  }
  expect(statements).toBeGreaterThan(0);
});

it('has a case for each list in the code', () => {
  const sources = import.meta.glob(['../../src/**/*.ts', '!../../src/sdk/dist/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const found = Object.entries(sources).flatMap(([path, text]) =>
    [...text.matchAll(/json_each\((\$\{|\?)/g)].map(({ index }) => {
      const before = [...text.slice(0, index).matchAll(/^(?:export )?(?:async )?(?:const|function) (\w+)/gm)];
      return `${path.replace('../../src/', '')} ${before.at(-1)?.[1]}`;
    }),
  );
  expect([...new Set(found)].sort()).toEqual(
    [...Object.keys(cases), ...Object.keys(recorded), ...ofColumns].sort(),
  );
});
