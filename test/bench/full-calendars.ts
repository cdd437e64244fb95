/** Fills calendars with events by SQL. Their ids follow from the id of the user's first calendar. */
import type { D1Database } from '@cloudflare/workers-types';
import type { Actor } from './fixture.ts';

/** The week in which Oslo changes to daylight saving time. */
export const week = { startTs: Date.UTC(2027, 2, 21, 23), endTs: Date.UTC(2027, 2, 28, 22) };
export const weekQuery = `startTs=${week.startTs}&endTs=${week.endTs}`;

const FULL = 0xa;
const BUSY = [0xb, 0xc, 0xd, 0xe, 0xf];
const EVENTS = { full: 200, busy: 20 };

/** The id of another calendar of the actor: one digit of the first calendar's id tells them apart. */
const another = ({ calendar }: Actor, digit: number) =>
  calendar.replace('-0002-', `-0${digit.toString(16)}02-`);

/** The id of the calendar with 200 recurring events. */
export const fullCalendar = (actor: Actor): string => another(actor, FULL);

/** The ids of the five calendars with 20 busy events each. */
export const busyCalendars = (actor: Actor): string[] => BUSY.map((digit) => another(actor, digit));

export const fillFullCalendar = (db: D1Database, actors: readonly Actor[]) =>
  addAll(db, actors, (actor) => [fullCalendar(actor)], EVENTS.full);

export const fillBusyCalendars = (db: D1Database, actors: readonly Actor[]) =>
  addAll(db, actors, busyCalendars, EVENTS.busy);

async function addAll(
  db: D1Database,
  actors: readonly Actor[],
  calendarsOf: (actor: Actor) => string[],
  events: number,
): Promise<void> {
  const calendar = db.prepare(`INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
    VALUES (?, ?, ?, 'Europe/Oslo', 'Mon', '{}')`);
  // Half of the events repeat weekly since 2010, half on the last Friday of the month since 2020, spread over the day.
  const event =
    db.prepare(`WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?4)
    INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, reminders, metadata,
      created, updated)
    SELECT ?1, substr(?2, 1, 19) || printf('%04x', n) || substr(?2, 24), ?2, ?3,
      CAST(CASE n % 2 WHEN 0 THEN ${Date.UTC(2010, 0, 4)} ELSE ${Date.UTC(2020, 0, 31)} END + (n % 48) * 1800000 AS INTEGER),
      1800000, 1, CASE n % 2
        WHEN 0 THEN '{"freq":"weekly","interval":1,"byweekday":["Mon","Wed","Fri"]}'
        ELSE '{"freq":"monthly","interval":1,"byweekday":["-1Fri"]}' END,
      '[]', '{}', ${week.startTs}, ${week.startTs} FROM numbers`);
  for (const actor of actors) {
    const { account, user } = actor;
    await db.batch(
      calendarsOf(actor).flatMap((id) => [
        calendar.bind(account, id, user),
        event.bind(account, id, user, events),
      ]),
    );
  }
}
