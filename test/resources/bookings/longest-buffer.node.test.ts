/**
 * The SQL of availability reads bookings that are as far from the window as the longest buffer. Raising
 * BUFFER_MAX_MINUTES in its one line keeps the slots right: the tests run with the current bound and a raised one.
 */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { unverified } from '../../../src/db/scope.ts';
import { BUFFER_MAX_MINUTES } from '../../../src/limits.ts';
import type { AvailabilityRows } from '../../../src/resources/bookings/availability.ts';
import { canTake } from '../../../src/slots/host.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/time/units.ts';

type Limits = typeof import('../../../src/limits.ts');

const NOW = Date.UTC(2030, 0);
const SLOT = { start: NOW + 100 * DAY_MS, end: NOW + 100 * DAY_MS + HOUR_MS };
const BOOKED_MS = 30 * MINUTE_MS;

/** In minutes. */
interface Buffers {
  before: number;
  after: number;
}
const none: Buffers = { before: 0, after: 0 };

/** A database with one host of two services, booked for the second one. */
function databaseWith(own: Buffers, booked: Buffers, bookedAt: number): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(readFileSync('schema.sql', 'utf8'));
  db.exec(`
    INSERT INTO accounts (id, created) VALUES ('a', 0);
    INSERT INTO users (account_id, id, metadata) VALUES ('a', 'u', '{}');
    INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
      VALUES ('a', 'open', 'u', 'UTC', 'Mon', '{}'), ('a', 'other', 'u', 'UTC', 'Mon', '{}');
    INSERT INTO services (account_id, id, multi_person, metadata)
      VALUES ('a', 's', '{"variant":"collective"}', '{}'), ('a', 'booked', '{"variant":"collective"}', '{}');
    INSERT INTO service_users (account_id, service_id, user_id, calendar_id, buffer_before, buffer_after, closest)
      VALUES ('a', 's', 'u', 'open', ${own.before}, ${own.after}, 0),
        ('a', 'booked', 'u', NULL, ${booked.before}, ${booked.after}, 0);
    INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id,
        metadata, created, updated)
      VALUES ('a', 'e1', 'open', 'u', ${SLOT.start - DAY_MS}, ${3 * DAY_MS}, 0, ${SLOT.start - DAY_MS}, '[]', NULL, '{}', 0, 0),
        ('a', 'e2', 'other', 'u', ${bookedAt}, ${BOOKED_MS}, 1, ${bookedAt}, '[]', 'booked', '{}', 0, 0);`);
  return db;
}

/** Whether the host is available for the slot when the longest buffer is `maxMinutes`. */
async function takesSlot(
  maxMinutes: number,
  own: Buffers,
  booked: Buffers,
  bookedAt: number,
): Promise<boolean> {
  vi.resetModules();
  vi.doMock('../../../src/limits.ts', async (original) => ({
    ...(await original<Limits>()),
    BUFFER_MAX_MINUTES: maxMinutes,
  }));
  const { availabilityOf, availabilityQueries } = await import(
    '../../../src/resources/bookings/availability.ts'
  );
  const { targetOf } = await import('../../../src/resources/bookings/availability-sql.ts');
  const db = databaseWith(own, booked, bookedAt);
  const target = targetOf(unverified('a', null), 's', SLOT);
  const rows = availabilityQueries({ target, now: NOW }).map(({ text, params }) =>
    db.prepare(text).all(...params),
  );
  const [[service]] = rows as unknown as AvailabilityRows;
  if (!service) throw new Error('the service is missing');
  const { hosts } = availabilityOf(
    JSON.parse(service.multi_person),
    rows as unknown as AvailabilityRows,
    SLOT,
    NOW,
  );
  return hosts.every((host) => canTake(host, SLOT.start, SLOT.end - SLOT.start));
}

afterEach(() => {
  vi.doUnmock('../../../src/limits.ts');
  vi.resetModules();
});

describe.each([
  ['the current bound', BUFFER_MAX_MINUTES],
  ['a raised bound', 5 * BUFFER_MAX_MINUTES],
])('%s', (_, max) => {
  const bufferMs = max * MINUTE_MS;

  test.each([
    ['before a slot', { before: max, after: 0 }, none, SLOT.start - bufferMs - BOOKED_MS, -1],
    ['after a slot', { before: 0, after: max }, none, SLOT.end + bufferMs, 1],
    ['after a booking', none, { before: 0, after: max }, SLOT.start - bufferMs - BOOKED_MS, -1],
    ['before a booking', none, { before: max, after: 0 }, SLOT.end + bufferMs, 1],
  ])('the longest buffer %s blocks the slot to the millisecond', async (_, own, booked, farEnough, away) => {
    expect(await takesSlot(max, own, booked, farEnough)).toBe(true);
    expect(await takesSlot(max, own, booked, farEnough - away)).toBe(false);
  });
});
