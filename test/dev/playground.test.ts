/** The playground's pure parts: where a series goes when one of its occurrences is moved, and the code of a request. */
import { expect, it } from 'vitest';
import { type Shown, write } from '../../src/playground/page/event-changes.ts';
import { moved, type When } from '../../src/playground/page/when.ts';
import { sdkCall } from '../../src/playground/sdk-call.ts';

const HOUR_MS = 3_600_000;
const time = (iso: string, hours = 1): When => ({ startTs: Date.parse(iso), duration: hours * HOUR_MS });
const whole = (date: string, days = 1): When => ({ date, days });
const start = (iso: string) => ({ startTs: Date.parse(iso) });

it.each<[what: string, start: When, was: When, to: When, says: object, byweekday?: ['Thu']]>([
  ['nothing', time('2030-01-01T08:00Z'), time('2030-01-02T08:00Z'), time('2030-01-02T08:00Z'), {}],
  [
    'an hour later',
    time('2030-01-01T08:00Z'),
    time('2030-01-02T08:00Z'),
    time('2030-01-02T09:00Z'),
    start('2030-01-01T09:00Z'),
  ],
  [
    'longer',
    time('2030-01-01T08:00Z'),
    time('2030-01-02T08:00Z'),
    time('2030-01-02T08:00Z', 2),
    { duration: 2 * HOUR_MS },
  ],
  // Oslo's clocks go forward on 31 March 2030: the clock moves by an hour, and the day by one.
  [
    'over a change of clocks',
    time('2030-01-01T08:00Z'),
    time('2030-03-30T08:00Z'),
    time('2030-03-31T08:00Z'),
    start('2030-01-02T09:00Z'),
  ],
  [
    'with weekdays',
    time('2030-01-03T08:00Z'),
    time('2030-01-10T08:00Z'),
    time('2030-01-11T10:00Z'),
    start('2030-01-03T10:00Z'),
    ['Thu'],
  ],
  ['whole days', whole('2030-01-01'), whole('2030-01-03'), whole('2030-01-05'), whole('2030-01-03')],
  [
    'more whole days',
    whole('2030-01-01'),
    whole('2030-01-03'),
    whole('2030-01-03', 2),
    whole('2030-01-01', 2),
  ],
  ['no whole day', whole('2030-01-01'), whole('2030-01-03'), whole('2030-01-03'), {}],
  [
    'a time to whole days',
    time('2030-01-01T08:00Z'),
    time('2030-01-02T08:00Z'),
    whole('2030-01-02'),
    whole('2030-01-01'),
  ],
  [
    'whole days to a time',
    whole('2030-06-01'),
    whole('2030-06-03'),
    time('2030-06-03T08:00Z'),
    time('2030-06-01T08:00Z'),
  ],
  [
    'a time to whole days, with weekdays',
    time('2030-01-03T20:00Z'),
    time('2030-01-10T20:00Z'),
    whole('2030-01-10'),
    whole('2030-01-03'),
    ['Thu'],
  ],
])('a series moves as its occurrence does: %s', (_, first, was, to, says, byweekday) => {
  const recurrence = { freq: 'weekly' as const, interval: 1, ...(byweekday && { byweekday }) };
  expect(moved({ timezone: 'Europe/Oslo', recurrence }, first, was, to)).toEqual(says);
});

it('refuses to move a series away from the weekdays of its rule, before it sends anything', async () => {
  const occurrence = { originalStartTs: 0, startTs: 0, endTs: 1, busy: true, allDay: true, days: 1 };
  const instance = { ...occurrence, originalDate: '2030-01-03', date: '2030-01-03' };
  const recurrence = { freq: 'weekly', interval: 1, byweekday: ['Thu'] };
  const shown = { event: { recurrence, timezone: 'Europe/Oslo' }, instance } as unknown as Shown;
  const to = { kind: 'move', when: whole('2030-01-04'), shown } as const;
  for (const which of ['series', 'following'] as const)
    await expect(write({} as never, { ...to, which })).rejects.toThrow('Move only this one.');
});

it.each([
  [
    'DELETE',
    '/events/a?from=1893456000000',
    undefined,
    "await client.events.removeFrom('a', 1893456000000);",
  ],
  ['DELETE', '/events/a?from=2030-01-31', undefined, "await client.events.removeFrom('a', '2030-01-31');"],
  [
    'PUT',
    '/events/a/instances/2030-01-31',
    '{}',
    "await client.events.updateInstance('a', '2030-01-31', {});",
  ],
  ['GET', '/calendar/a/feeds', undefined, "await client.calendar.feeds.list('a');"],
  [
    'POST',
    '/calendar/a/feeds',
    '{"detail":"busy"}',
    "await client.calendar.feeds.create('a', {\n  detail: 'busy'\n});",
  ],
  ['DELETE', '/calendar/a/feeds/b', undefined, "await client.calendar.feeds.remove('a', 'b');"],
  ['POST', '/calendar/a/import', 'BEGIN:VCALENDAR', "await client.calendar.import('a', text);"],
])('shows a request as a call of the SDK: %s %s', (method, path, body, code) => {
  expect(sdkCall(method, path, body)).toBe(code);
});
