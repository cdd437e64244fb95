/**
 * Random sequences of changes of series and of their occurrences. After each, every read agrees with every other, each
 * override belongs to an occurrence, and the change did what it says.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { CalendarEvent, Occurrence } from '../../../src/sdk/types.ts';
import { random } from '../../ical/readers/random-calendars.ts';
import type { Reply, User } from '../../support/client.ts';
import { between, byAccount, HOUR, made, newUser, query } from '../../support/events.ts';

const window = between('2030-03-04T00:00Z', '2030-04-28T00:00Z');
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'UTC'];
const RULES = [
  { freq: 'daily', interval: 1 },
  { freq: 'daily', interval: 2, count: 12 },
  { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Thu'] },
  { freq: 'weekly', interval: 1 },
  { freq: 'monthly', interval: 1, bymonthday: [11, 31] },
];

interface Listed {
  event: CalendarEvent;
  instances: Occurrence[];
}

/** Reads everything, and checks that it agrees. */
async function look(user: User, calendarId: string): Promise<Listed[]> {
  const { events } = (await byAccount.week(user, calendarId, window)).body as { events: Listed[] };
  const { events: all } = (await user.account.call('GET', `/user/${user.id}/events?limit=100`)).body as {
    events: CalendarEvent[];
  };
  for (const event of all) {
    const { instances } = (await byAccount.instances(user, event.id, window)).body as Listed;
    const listed = events.find(({ event: { id } }) => id === event.id);
    expect(listed ?? { event, instances: [] }).toEqual({ event, instances });
    const names = instances.map(({ originalStartTs }) => originalStartTs);
    expect(new Set(names).size).toBe(names.length);
    const cancelled = new Set(event.exdates);
    for (const { originalStartTs, originalDate } of instances)
      expect(cancelled.has(originalDate ?? originalStartTs)).toBe(false);
  }
  expect(events.every(({ event }) => all.some(({ id }) => id === event.id))).toBe(true);
  const { busy } = (await user.call('GET', `/user/${user.id}/freebusy${query(window)}`)).body;
  const clipped = events
    .flatMap(({ instances }) => instances.filter((one) => one.busy))
    .sort((a, b) => a.startTs - b.startTs)
    .reduce<{ startTs: number; endTs: number }[]>((merged, { startTs, endTs }) => {
      const last = merged.at(-1);
      if (last && startTs <= last.endTs) last.endTs = Math.max(last.endTs, endTs);
      else merged.push({ startTs, endTs });
      return merged;
    }, []);
  expect(busy.map(({ startTs, endTs }: Occurrence) => ({ startTs, endTs }))).toEqual(clipped);
  // Each override is a row of its own, and no other row is left.
  const { results } = await env.DB.prepare(
    'SELECT id, original_ts, overridden, exdates FROM events WHERE account_id = ? AND calendar_id = ?',
  )
    .bind(user.account.id, calendarId)
    .all<{ id: string; original_ts: number | null; overridden: string; exdates: string }>();
  const rows = results.filter(({ original_ts }) => original_ts !== null).map(({ id }) => id);
  const known = results.flatMap(({ id, overridden, exdates }) => {
    const originals = Object.keys(JSON.parse(overridden));
    for (const original of originals) expect(JSON.parse(exdates)).toContain(Number(original));
    return originals.map((original) => `${id}/${original}`);
  });
  expect(rows.sort()).toEqual(known.sort());
  return events;
}

const nameOf = ({ originalDate, originalStartTs }: Occurrence) => originalDate ?? originalStartTs;

async function run(seed: number, steps: number): Promise<Record<string, number>> {
  const next = random(seed);
  const below = (max: number) => Math.floor(next() * max);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const user = await newUser();
  const calendarId = await user.newCalendar(oneOf(ZONES));
  const date = (day: number) => new Date(Date.UTC(2030, 2, 4 + day)).toISOString().slice(0, 10);
  const start = () =>
    next() < 0.5
      ? { date: date(below(20)), days: 1 + below(3) }
      : {
          startTs: Date.UTC(2030, 2, 4 + below(20), below(24), below(2) * 30),
          duration: (1 + below(30)) * HOUR,
        };
  const create = () =>
    made(user, {
      calendarId,
      busy: next() < 0.8,
      recurrence: oneOf(RULES),
      metadata: { n: `${below(9)}` },
      ...start(),
    });
  const statuses: Record<string, number> = {};
  await create();
  let listed = await look(user, calendarId);
  for (let step = 0; step < steps; step++) {
    if (listed.length === 0 || listed.length > 6) {
      for (const { event } of listed) await byAccount.event(user, 'DELETE', event.id);
      await create();
      listed = await look(user, calendarId);
      continue;
    }
    const { event, instances } = oneOf(listed);
    const shown = oneOf(instances);
    const path = `${event.id}/instances/${nameOf(shown)}`;
    const call = (method: string, to: string, body?: object) =>
      byAccount.event(user, method, to, body ? { body } : {});
    const moved = event.allDay
      ? { date: date(below(40)), days: 1 + below(3) }
      : { startTs: Date.UTC(2030, 2, 4 + below(40), below(24)), duration: below(5) * HOUR };
    const original = event.allDay
      ? { originalDate: shown.originalDate }
      : { originalStartTs: shown.originalStartTs };
    const others = (one: Occurrence) => nameOf(one) !== nameOf(shown);
    const before = JSON.stringify(listed);
    let check: ((reply: Reply, after: Listed[]) => void) | undefined;
    const same = (after: Listed[]) =>
      after.find((one) => one.event.id === event.id)?.instances.filter(others) ?? [];
    const operations: (() => Promise<Reply>)[] = [
      () => {
        check = (reply, after) => {
          expect(same(after)).toEqual(instances.filter(others));
          const own = after
            .flatMap((one) => one.instances)
            .find((one) => one.overridden && nameOf(one) === nameOf(shown));
          if (own) expect(own).toEqual(reply.body.instance);
        };
        const more = [{}, { busy: next() < 0.5 }, { metadata: { own: `${step}` } }];
        return call('PUT', path, { ...(next() < 0.7 && moved), busy: next() < 0.8, ...oneOf(more) });
      },
      () => {
        check = (_, after) => {
          expect(same(after)).toEqual(instances.filter(others));
          expect(after.flatMap((one) => one.instances).some((one) => one === shown)).toBe(false);
        };
        return call('DELETE', path);
      },
      () => {
        check = (_, after) => expect(same(after)).toEqual(instances.filter(others));
        return call('POST', `${path}/reset`);
      },
      () => {
        // A split without changes changes no occurrence.
        check = (_, after) => {
          const shape = (all: Listed[]) =>
            all
              .flatMap((one) =>
                one.instances.map(({ startTs, endTs, busy, date: on }) =>
                  JSON.stringify([startTs, endTs, busy, on]),
                ),
              )
              .sort();
          expect(shape(after)).toEqual(shape(listed));
        };
        return call('POST', `${event.id}/split`, original);
      },
      () =>
        call('POST', `${event.id}/split`, {
          ...original,
          ...(next() < 0.6 ? start() : {}),
          busy: next() < 0.5,
        }),
      () => call('DELETE', `${event.id}?from=${nameOf(shown)}`),
      () => call('PUT', event.id, next() < 0.7 ? start() : moved),
      () => call('PUT', event.id, { recurrence: oneOf(RULES) }),
      () => call('PUT', event.id, event.allDay ? { busy: true } : { timezone: oneOf(ZONES) }),
      () =>
        call('PUT', event.id, {
          exdates: [...event.exdates.slice(1), ...(next() < 0.5 ? [nameOf(shown)] : [])],
        }),
      () => user.account.call('PUT', `/user/calendar/${calendarId}`, { body: { timezone: oneOf(ZONES) } }),
    ];
    const chosen = below(operations.length);
    const reply = await (operations[chosen] as () => Promise<Reply>)();
    const name = `${chosen} ${reply.status}`;
    statuses[name] = (statuses[name] ?? 0) + 1;
    const problem = JSON.stringify([seed, step, chosen, event, shown, reply.body]);
    expect(reply.status, problem).toBeLessThan(500);
    try {
      const after = await look(user, calendarId);
      if (reply.status < 300) check?.(reply, after);
      else expect(JSON.stringify(after)).toBe(before);
      listed = after;
    } catch (error) {
      throw new Error(`${problem}\nbefore ${before}\n${error instanceof Error ? error.message : error}`);
    }
  }
  return statuses;
}

describe('after random changes', () => {
  it.each(Array.from({ length: 3 }, (_, i) => i + 1))(
    'of seed %i, all reads agree',
    { timeout: 120_000 },
    async (seed) => {
      const statuses = await run(seed, 40);
      expect(Object.keys(statuses).length).toBeGreaterThan(6);
    },
  );
});
