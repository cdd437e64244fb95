/**
 * **sequential**, for booking slots: it queries the schedule, calendars, events and bookings of each host one after the
 * other, then computes the slots with our own code. It does no routing and no validation.
 */
import type { D1Database } from '@cloudflare/workers-types';
import type { ScheduleRule } from '../../../src/sdk/types.ts';
import { windowOf } from '../../../src/slots/grid.ts';
import type { Host } from '../../../src/slots/host.ts';
import { openings } from '../../../src/slots/openings.ts';
import { bookingSlots } from '../../../src/slots/slots.ts';
import { parseDate } from '../../../src/time/dates.ts';

const MINUTE_MS = 60_000;
const MARGIN_MS = 12 * 60 * MINUTE_MS;

interface HostRow {
  user_id: string;
  schedule_id: string;
  buffer_before: number;
  buffer_after: number;
  busy: string;
}
interface EventRow {
  start_ts: number;
  duration: number;
}

export default {
  async fetch(request: Request, { DB }: { DB: D1Database }): Promise<Response> {
    const url = new URL(request.url);
    const account = request.headers.get('nettu-account');
    const param = (name: string) => url.searchParams.get(name) ?? '';
    const day = (name: string) => parseDate(param(name)) ?? 0;
    const query = {
      zone: param('timezone'),
      first: day('startDate'),
      last: day('endDate'),
      interval: Number(param('interval')),
      duration: Number(param('duration')),
    };
    const window = windowOf(query);
    const service = await DB.prepare('SELECT id, multi_person FROM services WHERE account_id = ? AND id = ?')
      .bind(account, url.pathname.split('/').at(-2))
      .first<{ id: string; multi_person: string }>();
    if (!service) return new Response(null, { status: 404 });
    const { results } = await DB.prepare(
      'SELECT * FROM service_users WHERE account_id = ? AND service_id = ? ORDER BY seq',
    )
      .bind(account, service.id)
      .all<HostRow>();
    const hosts: Host[] = [];
    for (const row of results) {
      const schedule = await DB.prepare(
        'SELECT timezone, rules FROM schedules WHERE account_id = ? AND id = ?',
      )
        .bind(account, row.schedule_id)
        .first<{ timezone: string; rules: string }>();
      const busy: EventRow[] = [];
      for (const calendar of JSON.parse(row.busy) as string[]) {
        const events = await DB.prepare(
          `SELECT start_ts, duration FROM events WHERE account_id = ? AND calendar_id = ? AND busy = 1
             AND service_id IS NULL AND start_ts < ? AND start_ts + duration > ?`,
        )
          .bind(account, calendar, window.end + MARGIN_MS, window.start - MARGIN_MS)
          .all<EventRow>();
        busy.push(...events.results);
      }
      const booked = await DB.prepare(
        `SELECT start_ts, duration FROM events WHERE account_id = ? AND user_id = ? AND service_id IS NOT NULL
           AND start_ts < ? AND start_ts + duration > ?`,
      )
        .bind(account, row.user_id, window.end + MARGIN_MS, window.start - MARGIN_MS)
        .all<EventRow>();
      const toInterval = ({ start_ts, duration }: EventRow) => ({
        start: start_ts,
        end: start_ts + duration,
      });
      hosts.push({
        id: row.user_id,
        availability: openings(
          JSON.parse(schedule?.rules ?? '[]') as ScheduleRule[],
          schedule?.timezone ?? 'UTC',
          window,
        ),
        busy: busy.map(toInterval),
        bookings: booked.results.map((event) => ({ ...toInterval(event), bufferBefore: 0, bufferAfter: 0 })),
        bufferBefore: row.buffer_before * MINUTE_MS,
        bufferAfter: row.buffer_after * MINUTE_MS,
        earliest: 0,
        latest: null,
      });
    }
    return Response.json({ dates: bookingSlots(query, hosts, JSON.parse(service.multi_person)) });
  },
};
