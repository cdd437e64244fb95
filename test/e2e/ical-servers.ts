/**
 * Calendars over HTTP with software that nobody here wrote: a subscription to Radicale and to a file server keeps a host from
 * being booked, and vdirsyncer and khal read one of our feeds as we do. `npm run check:ical` (needs Debian's radicale, khal and
 * vdirsyncer).
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { dataOf, newActors } from './support/actors.ts';
import { startService } from './support/service.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY = Date.UTC(2030, 0, 8);
const folder = mkdtempSync(join(tmpdir(), 'nettu-ical-servers-'));
const vevent = (uid: string, ...lines: string[]) =>
  ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20300101T000000Z', ...lines, 'END:VEVENT'].join('\r\n');
const calendarOf = (...events: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Nettu//test//EN', ...events, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
const hour = (uid: string, at: number) =>
  vevent(uid, `DTSTART:20300108T${String(at).padStart(2, '0')}0000Z`, 'DURATION:PT1H', `SUMMARY:${uid}`);

/** The file server: the requests, and how much of its largest file it has sent. */
const requests: string[] = [];
let sentMiB = 0;
const MIB = Buffer.alloc(1024 ** 2, ' ');
const zeros = gzipSync(Buffer.alloc(512 * 1024 ** 2), { level: 9 });

async function sendTwoGigabytes(response: ServerResponse): Promise<void> {
  response.on('error', () => {});
  for (let i = 0; i < 2048 && !response.destroyed; i++) {
    sentMiB = i;
    if (!response.write(MIB))
      await Promise.race([new Promise((done) => response.once('drain', done)), sleep(5000)]);
  }
  response.end();
}

const files: Record<string, (response: ServerResponse, request: IncomingMessage) => unknown> = {
  '/plain.ics': (response, { headers }) => {
    if (headers['if-none-match'] === '"1"') return response.writeHead(304).end();
    return response.writeHead(200, { etag: '"1"' }).end(calendarOf(hour('plain', 12)));
  },
  '/gzip.ics': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(calendarOf(hour('gzip', 13)))),
  '/301.ics': (response) => response.writeHead(301, { location: '/302.ics' }).end(),
  '/302.ics': (response) => response.writeHead(302, { location: '/gzip.ics' }).end(),
  '/loop.ics': (response) => response.writeHead(301, { location: '/loop.ics' }).end(),
  '/page.html': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  '/large.ics': sendTwoGigabytes,
  '/bomb.ics': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zeros),
  '/hang.ics': () => {},
  '/half.ics': (response) => response.writeHead(200).write('BEGIN:VCALENDAR'),
};
const fileServer = createServer((request, response) => {
  requests.push(request.url ?? '');
  const send = files[request.url ?? ''];
  if (send) send(response, request);
  else response.writeHead(404).end();
});
await new Promise<void>((done) => fileServer.listen(0, '127.0.0.1', done));
const fileUrl = `http://127.0.0.1:${(fileServer.address() as AddressInfo).port}`;

const radicaleUrl = `http://127.0.0.1:${40_000 + (process.pid % 20_000)}`;
const radicale = spawn(
  'radicale',
  ['--server-hosts', radicaleUrl.slice(7), '--storage-filesystem-folder', join(folder, 'radicale')].concat(
    ...['--auth-type', 'none', '--rights-type', 'authenticated'],
  ),
  { stdio: 'ignore' },
);
const service = await startService();
try {
  const actors = await newActors(service.baseUrls[0]);
  await booked(actors);
  await faults(actors);
  await feed(actors);
} finally {
  radicale.kill();
  fileServer.closeAllConnections();
  fileServer.close();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}

type Actors = Awaited<ReturnType<typeof newActors>>;

async function runCron(): Promise<void> {
  await service.db.prepare('UPDATE subscriptions SET next_at = 0, begun_at = 0').run();
  await service.runCron('* * * * *');
}

async function send(method: 'MKCOL' | 'PUT', path: string, body: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const headers = { 'content-type': method === 'PUT' ? 'text/calendar' : 'text/xml' };
    const sent = fetch(radicaleUrl + path, { method, body: body || null, headers });
    const status = await sent.then((response) => response.status).catch(() => 0);
    if (status === 201) return;
    assert(tries < 50 && status === 0, `Radicale answered ${status}`);
    await sleep(200);
  }
}

async function put(path: string, text: string): Promise<void> {
  await send('PUT', path, text);
}

/** A host is not bookable when the calendar that Radicale, or a file server, has is busy. */
async function booked({ accountClient: client, userId }: Actors): Promise<void> {
  await send('MKCOL', '/ada/', '');
  await put('/ada/work/', calendarOf(hour('radicale', 9)));
  const subscribe = async (url: string) => {
    const made = await client.calendar.create(userId, { timezone: 'UTC', subscription: { url } });
    return dataOf(made).calendar.id;
  };
  const calendars = [`${radicaleUrl}/ada/work/`, `${fileUrl}/plain.ics`, `${fileUrl}/301.ics`];
  const subscribed = await Promise.all(calendars.map(subscribe));
  const rules = [
    {
      variant: { type: 'WDay' as const, value: 'Tue' as const },
      intervals: [{ start: { hours: 8, minutes: 0 }, end: { hours: 15, minutes: 0 } }],
    },
  ];
  const { schedule } = dataOf(await client.schedule.create(userId, { timezone: 'UTC', rules }));
  const { service: made } = dataOf(await client.service.create({}));
  await client.service.addUser(made.id, { userId, availability: { variant: 'Schedule', id: schedule.id } });
  const own = dataOf(await client.calendar.create(userId, { timezone: 'UTC' })).calendar.id;
  for (const id of [...subscribed, own]) {
    const calendar = { provider: 'Nettu' as const, id };
    dataOf(await client.service.addBusyCalendar({ serviceId: made.id, userId, calendar }));
  }
  const free = async () => {
    const query = { startDate: '2030-01-08', endDate: '2030-01-08', duration: HOUR_MS, interval: HOUR_MS };
    const { dates } = dataOf(await client.service.getBookingslots(made.id, query));
    return dates.flatMap(({ slots }) => slots.map(({ start }) => new Date(start).getUTCHours()));
  };
  assert.deepEqual(await free(), [8, 9, 10, 11, 12, 13, 14]);
  await runCron();
  assert.deepEqual(await free(), [8, 10, 11, 14]);
  await put('/ada/work/second.ics', calendarOf(hour('second', 10)));
  await runCron();
  assert.deepEqual(await free(), [8, 11, 14]);
  const { booking } = dataOf(
    await client.booking.create(made.id, { startTs: DAY + 11 * HOUR_MS, duration: HOUR_MS }),
  );
  const [event = ''] = booking.eventIds;
  assert.equal(dataOf(await client.events.findById(event)).event.calendarId, own);
  const refused = await client.booking.create(made.id, {
    startTs: DAY + 9 * HOUR_MS,
    duration: HOUR_MS,
  });
  assert.equal(refused.error?.code, 'slot-unavailable');
  assert.equal(requests.filter((url) => url === '/gzip.ics').length, 2);
  for (const id of subscribed)
    assert.equal(dataOf(await client.calendar.findById(id)).calendar.subscription?.error, null);
  console.log('Radicale and the file server keep a host from being booked');
}

/** What servers do wrong, and what the calendar says of it. */
async function faults({ accountClient: client }: Actors): Promise<void> {
  const user = dataOf(await client.user.create({})).user.id;
  const expected: [path: string, error: RegExp][] = [
    ['/nothing.ics', /^It answered 404/],
    ['/loop.ics', /redirects more than 3 times/],
    ['/page.html', /no iCalendar text/],
    ['/large.ics', /more than 2 MiB/],
    ['/bomb.ics', /more than 2 MiB/],
    ['/hang.ics', /no whole answer within 6 seconds/],
    ['/half.ics', /no whole answer within 6 seconds/],
  ];
  for (const [path, error] of expected) {
    const subscription = { url: fileUrl + path };
    const { calendar } = dataOf(await client.calendar.create(user, { timezone: 'UTC', subscription }));
    const refreshed = dataOf(await client.calendar.refresh(calendar.id)).calendar.subscription;
    assert.match(refreshed?.error ?? '', error, path);
    console.log(`${path}: ${refreshed?.error}`);
  }
  assert(sentMiB < 64, `${sentMiB} MiB were sent`);
}

/** vdirsyncer and khal subscribe to one of our feeds, and list the same instances. */
async function feed({ accountClient: client, userId }: Actors): Promise<void> {
  const { calendar } = dataOf(await client.calendar.create(userId, { timezone: 'Europe/Oslo' }));
  const add = async (body: object) =>
    dataOf(await client.events.create(userId, { calendarId: calendar.id, ...body } as never)).event;
  const weekly = await add({
    ...{ startTs: DAY + 8 * HOUR_MS, duration: HOUR_MS, metadata: { title: 'Weekly' } },
    recurrence: { freq: 'weekly', interval: 1, byweekday: ['Tue', 'Thu'], count: 24 },
  });
  await client.events.update(weekly.id, { exdates: [DAY + 2 * DAY_MS + 8 * HOUR_MS] });
  const moved = { startTs: DAY + 7 * DAY_MS + 12 * HOUR_MS, metadata: { title: 'Moved' } };
  dataOf(await client.events.updateInstance(weekly.id, DAY + 7 * DAY_MS + 8 * HOUR_MS, moved));
  await add({ startTs: DAY + 20 * HOUR_MS, duration: 3 * HOUR_MS, metadata: { title: 'Once' } });
  await add({ date: '2030-02-01', days: 2, metadata: { title: 'Away' } });
  const { url } = dataOf(await client.calendar.feeds.create(calendar.id, { detail: 'full' }));

  mkdirSync(join(folder, 'khal'));
  writeFileSync(
    join(folder, 'vdirsyncer.conf'),
    `[general]\nstatus_path = "${folder}/status"\n[pair p]\na = "feed"\nb = "files"\ncollections = null\n` +
      `conflict_resolution = "a wins"\n[storage feed]\ntype = "http"\nurl = "${url}"\n` +
      `[storage files]\ntype = "filesystem"\npath = "${folder}/khal/"\nfileext = ".ics"\n`,
  );
  writeFileSync(
    join(folder, 'khal.conf'),
    `[calendars]\n[[feed]]\npath = ${folder}/khal/\nreadonly = True\n[sqlite]\npath = ${folder}/khal.db\n[locale]\n` +
      'local_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n' +
      'datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n',
  );
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, {
      cwd: folder,
      env: { ...process.env, HOME: folder, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      input: 'y\n',
    }).toString();
  run('vdirsyncer', '-c', join(folder, 'vdirsyncer.conf'), 'discover');
  run('vdirsyncer', '-c', join(folder, 'vdirsyncer.conf'), 'sync');
  const listed = run(
    ...([
      'khal',
      '-c',
      join(folder, 'khal.conf'),
      'list',
      '--notstarted',
      '--day-format',
      '',
      '--format',
    ] as const),
    ...['{start-long}|{end-long}|{title}', '2030-01-01', '60d'],
  );
  const theirs = [...new Set(listed.split('\n').filter(Boolean))].sort();
  const window = { startTs: Date.UTC(2030, 0, 1), endTs: Date.UTC(2030, 2, 2) };
  const { events } = dataOf(await client.calendar.getEvents(calendar.id, window));
  const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const ours = events
    .flatMap(({ event, instances }) => instances.map((instance) => ({ event, instance })))
    .map(({ event, instance: { startTs, endTs, allDay, date, days = 1, metadata = event.metadata } }) =>
      allDay && date
        ? [date, minute(Date.parse(date) + (days - 1) * DAY_MS).slice(0, 10), metadata.title]
        : [minute(startTs), minute(endTs), metadata.title],
    )
    .map((parts) => parts.join('|'))
    .sort();
  assert.deepEqual(theirs, ours);
  console.log(`vdirsyncer and khal list the same ${ours.length} instances of a feed`);
}
