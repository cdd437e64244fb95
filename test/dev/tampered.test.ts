/** An import refuses a copy that no request could have written: it names the line and the reason, before it writes. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCopy } from '../../src/dev/import-file.ts';

// biome-ignore lint/suspicious/noExplicitAny: a tampered line may hold anything
type Line = Record<string, any>;

const good: Line[] = readFileSync('test/export/format-1.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((text) => JSON.parse(text));
const folder = mkdtempSync(join(tmpdir(), 'nettu-tampered-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(lines: readonly Line[]): Promise<string | null> {
  const file = join(folder, 'copy.jsonl');
  const counts: Record<string, number> = {};
  for (const { type } of lines) counts[type] = (counts[type] ?? 0) + 1;
  const counted = lines.map((line) => (line.type === 'end' ? { ...line, counts } : line));
  writeFileSync(file, counted.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return readCopy(file).then(
    () => null,
    (error: Error) => error.message,
  );
}

const indexOf = (type: string) => good.findIndex((line) => line.type === type);

/** The copy with other members in its first line of this type. */
const changed = (type: string, members: Line) =>
  good.map((line, i) => (i === indexOf(type) ? { ...line, ...members } : line));

/** The copy with more lines after its first line of this type. */
const with_ = (type: string, more: readonly Line[]) => good.toSpliced(indexOf(type) + 1, 0, ...more);

const UUID = '00000000-0000-4000-8000-000000000001';
const many = <T>(count: number, make: (i: number) => T): T[] =>
  new Array(count).fill(0).map((_, i) => make(i));
const idOf = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const weak = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).publicKey;
const first = (type: string): Line => good[indexOf(type)] ?? {};
const fat = Object.fromEntries(many(65, (i) => [`${i}`, 'x']));

const further = {
  ...first('webhook'),
  ...{ type: 'endpoint', id: UUID, version: 1, oldSecrets: [], description: null, headers: {} },
  ...{ pausedAt: null, pausedBecause: null },
};

const tampered: [name: string, lines: Line[], reason: RegExp][] = [
  ['an account id that is none', changed('export', { account: 'x' }), /line 1: account must be a UUID/],
  ['an account id in capitals', changed('export', { account: UUID.replace('1', 'A') }), /must be a UUID/],
  ['another account', changed('account', { id: UUID }), /line 2.*id is not the account of the first line/],
  ['no account', good.filter(({ type }) => type !== 'account'), /has no line of type account/],
  ['two accounts', with_('account', [first('account')]), /at most 1 lines of account/],
  ['a flag of 2', changed('account', { publicFreebusy: 2 }), /publicFreebusy/],
  ['a version of 2^62', changed('account', { version: 2 ** 62 }), /version/],
  ['a negative version', changed('user', { version: -1 }), /line 4.*version/],
  ['a version that is text', changed('user', { version: '1' }), /version/],
  ['an unknown type', with_('account', [{ type: 'robot' }]), /unknown type "robot"/],
  ['the type constructor', with_('account', [{ type: 'constructor' }]), /unknown type "constructor"/],
  ['the type __proto__', with_('account', [{ type: '__proto__' }]), /unknown type "__proto__"/],
  ['a type with a terminal escape', with_('account', [{ type: '\u001b[2J' }]), /type "\\u001b\[2J"/],
  ['a user id that is none', changed('user', { id: 'x' }), /id must be a UUID/],
  ['an id in capitals', changed('user', { id: UUID.replace('1', 'A') }), /id must be in lower case/],
  [
    'a parent in capitals',
    changed('event', { calendarId: UUID.replace('1', 'A') }),
    /calendarId must be in lower/,
  ],
  [
    'a list with an id in capitals',
    changed('booking', { hosts: [UUID.replace('1', 'A')] }),
    /hosts must be in lower/,
  ],
  ['reminders of null', changed('event', { reminders: null }), /reminders must not be null/],
  ['rules of null', changed('schedule', { rules: null }), /rules/],
  ['days of null', changed('account', { keepCancelledDays: null }), /keepCancelledDays must not be null/],
  [
    'a count of null',
    changed('event', { recurrence: { freq: 'daily', interval: 1, count: null } }),
    /recurrence\.count must not be null/,
  ],
  ['a user twice', with_('user', [first('user')]), /line 5.*another line of user has the same id/],
  ['metadata of a number', changed('user', { metadata: { a: 1 } }), /metadata/],
  ['65 entries of metadata', changed('user', { metadata: fat }), /metadata must have at most 64/],
  ['a long metadata value', changed('user', { metadata: { a: 'x'.repeat(5000) } }), /metadata\.a.*4096/],
  ['a list as metadata', changed('user', { metadata: [] }), /metadata/],
  ['a time that is text', changed('user', { notBefore: 'now' }), /notBefore/],
  [
    'a missing member',
    good.map((l, i) => (i === indexOf('user') ? { ...l, metadata: undefined } : l)),
    /metadata/,
  ],
  ['an unknown zone', changed('calendar', { timezone: 'Mars/Base' }), /timezone must be an IANA/],
  ['an offset as a zone', changed('calendar', { timezone: '+01:00' }), /timezone/],
  ['an unknown weekday', changed('calendar', { weekStart: 'Day' }), /weekStart/],
  ['a weekday in numbers', changed('calendar', { weekStart: 0 }), /weekStart/],
  ['a start after 2199', changed('event', { startTs: 8e12 }), /startTs/],
  ['a start of a fraction', changed('event', { startTs: 0.5 }), /startTs/],
  ['a duration of 367 days', changed('event', { duration: 367 * 86_400_000 }), /duration/],
  ['a negative duration', changed('event', { duration: -1 }), /duration/],
  ['busy of 2', changed('event', { busy: 2 }), /busy/],
  [
    'a recurrence that RFC 5545 forbids',
    changed('event', { recurrence: { freq: 'weekly', interval: 1, byweekno: [1] } }),
    /recurrence/,
  ],
  [
    'an interval of 0',
    changed('event', { recurrence: { freq: 'daily', interval: 0 } }),
    /recurrence\.interval/,
  ],
  [
    'a count of 740',
    changed('event', { recurrence: { freq: 'daily', interval: 1, count: 740 } }),
    /recurrence\.count/,
  ],
  [
    '101 reminders',
    changed('event', { reminders: many(101, () => ({ delta: 0, identifier: 'x' })) }),
    /reminders/,
  ],
  [
    'a far reminder',
    changed('event', { reminders: [{ delta: 535_681, identifier: 'x' }] }),
    /reminders\[0\]\.delta/,
  ],
  ['1,001 exdates', changed('event', { exdates: many(1001, (i) => i) }), /exdates/],
  ['a service id that is none', changed('event', { serviceId: 'x' }), /serviceId/],
  ['a long session', changed('event', { session: 'x'.repeat(65) }), /session/],
  [
    'a rule at 25 o’clock',
    changed('schedule', {
      rules: [
        {
          variant: { type: 'WDay', value: 'Mon' },
          intervals: [{ start: { hours: 25, minutes: 0 }, end: { hours: 26, minutes: 0 } }],
        },
      ],
    }),
    /rules/,
  ],
  [
    'two rules for one day',
    changed('schedule', {
      rules: many(2, () => ({ variant: { type: 'WDay', value: 'Mon' }, intervals: [] })),
    }),
    /rules/,
  ],
  [
    'a group of 10,001',
    changed('service', { multiPerson: { variant: 'group', data: 10_001 } }),
    /multiPerson/,
  ],
  ['an unknown kind of service', changed('service', { multiPerson: { variant: 'queue' } }), /multiPerson/],
  ['a buffer of 721 minutes', changed('host', { bufferBefore: 721 }), /bufferBefore/],
  ['21 busy calendars', changed('host', { busy: many(21, idOf) }), /busy/],
  [
    'a host with two availabilities',
    changed('host', { scheduleId: first('schedule').id, calendarId: first('calendar').id }),
    /both set/,
  ],
  [
    'a schedule that is not there',
    changed('host', { scheduleId: UUID, calendarId: null }),
    /scheduleId names no schedule/,
  ],
  [
    '101 hosts',
    with_(
      'host',
      many(101, (i) => ({ ...first('host'), userId: idOf(i) })),
    ),
    /at most 100 hosts/,
  ],
  ['an unknown state', changed('booking', { state: 'maybe' }), /state/],
  ['a hold without an end', changed('booking', { state: 'held', expiresAt: null }), /expiresAt must be set/],
  ['a webhook without its key', changed('webhook', { key: null }), /must be set together/],
  ['a private key', changed('signingKey', { pem: privateKey }), /private/i],
  ['a weak key', changed('signingKey', { pem: weak }), /line \d+.*2048/],
  ['no key', changed('signingKey', { pem: 'x' }), /publicJwtKey/],
  ['an unknown state of a key', changed('signingKey', { state: 'maybe' }), /state/],
  ['a kid of dots', changed('signingKey', { kid: '..' }), /kid/],
  [
    '1,000 signing keys',
    with_(
      'signingKey',
      many(1000, (i) => ({ ...first('signingKey'), kid: `k${i}`, state: 'revoked', retiresAt: null })),
    ),
    /at most 20 lines of signingKey/,
  ],
  [
    '6 live keys',
    with_(
      'signingKey',
      many(6, (i) => ({ ...first('signingKey'), kid: `k${i}`, state: 'active', retiresAt: null })),
    ),
    /at most 5 signing keys/,
  ],
  [
    '21 API keys',
    with_(
      'apiKey',
      many(21, (i) => ({ ...first('apiKey'), id: idOf(i) })),
    ),
    /at most 20 lines of apiKey/,
  ],
  ['a hash that is none', changed('apiKey', { hash: 'x' }), /hash must be a SHA-256/],
  ['a webhook of another scheme', changed('webhook', { url: 'ftp://x' }), /url must be/],
  ['a secret that is no base64', changed('webhook', { secret: 'whsec_%' }), /secret must be whsec_/],
  ['an unknown event type', changed('webhook', { events: ['user.eaten'] }), /events/],
  ['old secrets that are none', changed('webhook', { oldSecrets: [['x', 1]] }), /oldSecrets/],
  ['a further webhook without a URL', with_('webhook', [{ ...further, url: null }]), /url/],
  ['one without a secret', with_('webhook', [{ ...further, secret: null }]), /secret/],
  [
    'a header of ours',
    with_('webhook', [{ ...further, headers: { host: 'a' } }]),
    /headers has an invalid key/,
  ],
  ['an unknown pause', with_('webhook', [{ ...further, pausedBecause: 'tired' }]), /pausedBecause/],
  [
    '11 further webhooks',
    with_(
      'webhook',
      many(11, (i) => ({ ...further, id: idOf(i) })),
    ),
    /at most 10 lines of endpoint/,
  ],
];

it('a good copy is read', async () => {
  expect(await read(good)).toBe(null);
  expect(await read(with_('webhook', [further]))).toBe(null);
});

it('every type of line is tampered with', () => {
  const types = new Set(good.map(({ type }) => type).filter((type) => !['cursor', 'end'].includes(type)));
  expect(types.size).toBeGreaterThan(10);
  for (const type of types) {
    const touched = tampered.filter(([, lines]) => {
      const of = (all: readonly Line[]) => JSON.stringify(all.filter((line) => line.type === type));
      return of(lines) !== of(good);
    });
    expect([type, touched.length > 0]).toEqual([type, true]);
  }
});

describe('a copy is refused for', () => {
  it.each(tampered)('%s', async (_, lines, reason) => {
    const message = await read(lines);
    expect(message).toMatch(reason);
    expect(message).toMatch(/^[\x20-\x7e]+$/);
  });
});
