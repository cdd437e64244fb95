/** What servers answer, and what a subscription makes of it: the last good copy stays, and its owner learns what to do. */
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUser } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { notifiedAccount } from '../../support/webhooks.ts';
import {
  DAY,
  deleteOthers,
  feed,
  file,
  HOUR,
  MINUTE,
  NOW,
  run,
  type Server,
  stubServers,
  subscribed,
  text,
  vevent,
} from './world.ts';

let fetches: ReturnType<typeof stubServers>;
beforeAll(() => {
  fetches = stubServers();
});

beforeEach(async () => void (await deleteOthers()));

const good = () => text(file(vevent('one', 'SUMMARY:One'), vevent('two', 'SUMMARY:Two')));
const redirect = (location: string, status = 302) => new Response(null, { status, headers: { location } });

/** Redirects so many times before the feed. */
const chain = (length: number, status = 301): Server => {
  let left = length;
  return ({ url }) => {
    if (left === 0) return good();
    left -= 1;
    return redirect(`${url}?${left}`, status);
  };
};

/** A body of 100 MB, in pieces. */
function endless(piece: string) {
  let left = 100_000_000;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(piece));
      left -= piece.length;
      if (left < 0) controller.error(new Error('all of it was read'));
    },
  });
}

async function gzipped(body: string | ReadableStream<Uint8Array>) {
  const stream = typeof body === 'string' ? (new Response(body).body as ReadableStream<Uint8Array>) : body;
  // What the runtime hands over is decompressed already: what counts is the size after that.
  return stream.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'));
}

describe('a server that answers', () => {
  it.each<[string, Server, RegExp]>([
    ['404', () => new Response('', { status: 404 }), /^It answered 404\. Check the address/],
    ['410', () => new Response('', { status: 410 }), /^It answered 410\. Check the address/],
    ['401', () => new Response('', { status: 401 }), /needs no login/],
    ['403', () => new Response('', { status: 403 }), /needs no login/],
    ['500', () => new Response('', { status: 500 }), /^It answered 500\. It is tried again\.$/],
    ['429', () => new Response('', { status: 429 }), /^It answered 429\. It is tried again\.$/],
    ['204', () => new Response(null, { status: 204 }), /^It answered 204\. Check the address\.$/],
    [
      'a page',
      () => new Response('<!doctype html><title>Sign in</title>'),
      /no iCalendar text.*not that of a page/,
    ],
    ['nothing', () => text(''), /no iCalendar text/],
    ['without an end', () => text(endless(`${vevent('x')}\r\n`.repeat(1000))), /^It has more than 2 MiB/],
    ['a bomb', async () => text(await gzipped(' '.repeat(3 * 1024 ** 2))), /^It has more than 2 MiB/],
    [
      'too many events',
      () =>
        text(
          file(
            ...Array.from({ length: 5001 }, (_, i) => `BEGIN:VEVENT\nUID:${i}\nDTSTART:20300101\nEND:VEVENT`),
          ),
        ),
      /^It has more than 5000 events/,
    ],
    [
      'nothing in time',
      () => new Promise<Response>(() => {}),
      /^There was no whole answer within 0\.2 seconds/,
    ],
    [
      'half in time',
      () =>
        text(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode('BEGIN:')),
          }),
        ),
      /^There was no whole answer within 0\.2 seconds/,
    ],
    [
      'no connection',
      () => Promise.reject(new TypeError('Network connection lost.')),
      /^The connection failed/,
    ],
    [
      'no name',
      () => Promise.reject(new TypeError('DNS lookup failed')),
      /^The name in the address is not known/,
    ],
    [
      'a redirect inward',
      () => redirect('http://169.254.169.254/latest/meta-data'),
      /redirects to must have a public address/,
    ],
    ['a redirect to a file', () => redirect('file:///etc/passwd'), /redirects to must be an absolute http/],
    ['a redirect nowhere', () => redirect('http://'), /redirects to what is no address/],
    ['four redirects', chain(4), /redirects more than 3 times/],
  ])('%s: the events stay, and the error says what to do', async (_, server, error) => {
    let broken = false;
    const { calendar, titles } = await subscribed((request) => (broken ? server(request) : good()));
    await run(NOW);
    broken = true;
    await run(NOW + 2 * HOUR, 200);
    expect(await titles()).toEqual(['One', 'Two']);
    expect((await calendar()).subscription).toMatchObject({
      fetchedAt: NOW,
      changedAt: NOW,
      error: expect.stringMatching(error),
    });
    broken = false;
    await run(NOW + 5 * HOUR);
    expect((await calendar()).subscription).toMatchObject({
      fetchedAt: NOW + 5 * HOUR,
      changedAt: NOW,
      error: null,
    });
  });

  it.each<[string, Server]>([
    ['301s', chain(3)],
    ['307s', chain(3, 307)],
    [
      'a redirect to webcal',
      ({ url }) => (url.endsWith('?') ? good() : redirect(url.replace('https:', 'webcal:').concat('?'))),
    ],
    ['a relative redirect', ({ url }) => (url.endsWith('/b') ? good() : redirect('/b'))],
    ['gzip', async () => text(await gzipped(await good().text()))],
    [
      'another type',
      async () =>
        new Response(`\uFEFF${(await good().text()).replaceAll('\r\n', '\n')}`, {
          headers: { 'content-type': 'text/plain' },
        }),
    ],
  ])('%s: the events come', async (_, server) => {
    const { calendar, titles } = await subscribed(server);
    await run(NOW);
    expect([await titles(), (await calendar()).subscription?.error]).toEqual([['One', 'Two'], null]);
  });

  it('304 is what an etag and a date lead to, and changes nothing', async () => {
    const requests: (string | null)[][] = [];
    const { calendar, titles } = await subscribed(({ headers }) => {
      requests.push([headers.get('if-none-match'), headers.get('if-modified-since')]);
      return requests.length > 1
        ? new Response(null, { status: 304 })
        : text(file(vevent('one', 'SUMMARY:One')), {
            etag: '"1"',
            'last-modified': 'Mon, 07 Jan 2030 00:00:00 GMT',
          });
    });
    for (const hours of [0, 2, 4]) await run(NOW + hours * HOUR);
    const known = ['"1"', 'Mon, 07 Jan 2030 00:00:00 GMT'];
    expect(requests).toEqual([[null, null], known, known]);
    expect((await calendar()).subscription).toMatchObject({
      fetchedAt: NOW + 4 * HOUR,
      changedAt: NOW,
      error: null,
    });
    expect(await titles()).toEqual(['One']);
  });

  it('404 for a week is tried ever more rarely, and is well again at once', async () => {
    const tried: number[] = [];
    let now = NOW;
    let found = true;
    const { calendar, titles } = await subscribed(
      () => {
        tried.push(now);
        return found ? good() : new Response('', { status: 404 });
      },
      { refreshMinutes: 15 },
    );
    await run(now);
    found = false;
    for (now += HOUR; now < NOW + 8 * DAY; now += HOUR) await run(now);
    expect(await titles()).toEqual(['One', 'Two']);
    expect(tried.length).toBeLessThan(20);
    expect(now - (tried.at(-1) as number)).toBeLessThan(1.5 * DAY);
    found = true;
    await run(now + 2 * DAY);
    expect((await calendar()).subscription).toMatchObject({ fetchedAt: now + 2 * DAY, error: null });
  });

  it('no events is believed after a day, and not where the events come back before', async () => {
    let events = [vevent('one', 'SUMMARY:One')];
    const { calendar, titles } = await subscribed(() => text(file(...events), { etag: '"same"' }));
    const at = async (hours: number) => {
      await run(NOW + hours * HOUR);
      return [await titles(), (await calendar()).subscription?.error] as const;
    };
    const empty = expect.stringMatching(
      /^It has no events any more\. Those from before are kept for 24 hours/,
    );
    await at(0);
    events = [];
    expect(await at(2)).toEqual([['One'], empty]);
    expect(await at(25)).toEqual([['One'], empty]);
    events = [vevent('one', 'SUMMARY:Two')];
    expect(await at(27)).toEqual([['Two'], null]);
    events = [];
    expect(await at(29)).toEqual([['Two'], empty]);
    expect(await at(52)).toEqual([['Two'], empty]);
    expect(await at(54)).toEqual([[], null]);
  });
});

describe('the events', () => {
  it('are those of the feed: what is new comes, what is gone goes, what is cancelled too, and what cannot be read stays', async () => {
    let body = file(
      vevent('a', 'SUMMARY:A'),
      vevent('b', 'SUMMARY:B'),
      vevent('c', 'SUMMARY:C', 'BEGIN:VALARM', 'TRIGGER:-PT5M', 'END:VALARM'),
      vevent('d', 'SUMMARY:D', 'RRULE:FREQ=DAILY;COUNT=3'),
    );
    const { events, titles, calendar } = await subscribed(() => text(body), { busy: 'all' });
    await run(NOW);
    const before = await events();
    expect(before.map(({ busy, reminders }) => [busy, reminders])).toEqual(Array(4).fill([true, []]));
    body = file(
      vevent('a', 'SUMMARY:A'),
      vevent('b', 'SUMMARY:B', 'STATUS:CANCELLED'),
      vevent('d', 'SUMMARY:D', 'RRULE:FREQ=HOURLY'),
      vevent('e', 'SUMMARY:E', 'TRANSP:TRANSPARENT'),
    );
    await run(NOW + 2 * HOUR);
    expect(await titles()).toEqual(['A', 'D', 'E']);
    const after = await events();
    const idOf = (all: typeof after, title: string) =>
      all.find(({ metadata }) => metadata.title === title)?.id;
    expect([idOf(after, 'A'), idOf(after, 'D')]).toEqual([idOf(before, 'A'), idOf(before, 'D')]);
    expect((await calendar()).subscription).toMatchObject({ changedAt: NOW + 2 * HOUR, error: null });
  });

  it('are as many as 5,000, in statements that D1 takes', async () => {
    const long = 'x'.repeat(250);
    const body = file(
      ...Array.from(
        { length: 5000 },
        (_, i) => `BEGIN:VEVENT\nUID:${i}\nDTSTART:20300101T080000Z\nSUMMARY:${long}\nEND:VEVENT`,
      ),
    );
    const { calendar, account } = await subscribed(() => text(body));
    await run(NOW, 10_000);
    expect((await calendar()).subscription).toMatchObject({ changedAt: NOW, error: null });
    expect(await countOf('events', account.id)).toBe(5000);
  });

  it('are not what a fetch found whose subscription changed meanwhile', async () => {
    let meanwhile = async () => {};
    const world = await subscribed(async () => {
      await meanwhile();
      return good();
    });
    const { user, id, titles, calendar } = world;
    const other = feed(() => text(file(vevent('three', 'SUMMARY:Three'))));
    meanwhile = async () =>
      void (await user.call('PUT', `/calendar/${id}`, { body: { subscription: { url: other } } }));
    await run(NOW);
    expect([await titles(), (await calendar()).subscription]).toMatchObject([
      [],
      { url: other, fetchedAt: null },
    ]);
    await run(NOW + MINUTE);
    expect(await titles()).toEqual(['Three']);
  });
});

describe('accounts', () => {
  it('wait for no other: one whose servers hang has few of them called, and each other account is served', async () => {
    const hanging = await newUser();
    let requests = 0;
    const hang: Server = () => {
      requests += 1;
      return new Promise<Response>(() => {});
    };
    for (let i = 0; i < 10; i++) await subscribed(hang, {}, { user: hanging });
    const others = await Promise.all(Array.from({ length: 6 }, () => subscribed(good)));
    await run(NOW, 400);
    for (const { titles } of others) expect(await titles()).toEqual(['One', 'Two']);
    expect(requests).toBeLessThanOrEqual(5);
  });

  it('that are suspended are not served; two runs at once fetch once', async () => {
    let requests = 0;
    const { account } = await subscribed(async () => {
      requests += 1;
      await scheduler.wait(20);
      return good();
    });
    const { id } = account;
    await env.DB.prepare('INSERT INTO suspensions (account_id, since) VALUES (?, 0)').bind(id).run();
    await run(NOW);
    expect(requests).toBe(0);
    await env.DB.prepare('DELETE FROM suspensions').run();
    await Promise.all([run(NOW), run(NOW)]);
    expect(requests).toBe(1);
  });

  it('learn when a feed first breaks and when it is well again, and of changed events as of any others', async () => {
    const account = await notifiedAccount('ok', [
      'calendar.updated',
      'event.created',
      'event.updated',
      'event.deleted',
    ]);
    let answer: Server = good;
    const { id } = await subscribed((request) => answer(request), {}, { user: await account.newUser() });
    await run(NOW);
    answer = () => new Response('', { status: 404 });
    for (const hours of [2, 5, 9]) await run(NOW + hours * HOUR);
    answer = () => text(file(vevent('one', 'SUMMARY:Eins')));
    for (const hours of [30, 32]) await run(NOW + hours * HOUR);
    fetches.mockRestore();
    await account.deliver();
    const bodies = await account.bodies();
    fetches = stubServers();
    expect(bodies.map(({ type }) => type).sort()).toEqual([
      'calendar.updated',
      'calendar.updated',
      'event.created',
      'event.created',
      'event.deleted',
      'event.updated',
    ]);
    const updates = bodies
      .filter(({ type }) => type === 'calendar.updated')
      .sort((a, b) => a.version - b.version);
    const error = expect.stringMatching(/^It answered 404/);
    expect(updates).toMatchObject([
      { data: { calendar: { id, subscription: { error } } }, previous: { subscription: { error: null } } },
      { data: { calendar: { id, subscription: { error: null } } }, previous: { subscription: { error } } },
    ]);
  });
});
