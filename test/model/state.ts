/** What exists of an account by the contract, from all of its rows. */
import type { MultiPerson } from '../../src/sdk/types.ts';

export type Row = Record<string, string | number | null>;
/** All rows of an account by table. */
export type Rows = Record<string, Row[]>;

export interface Booking {
  id: string;
  serviceId: string;
  startTs: number;
  duration: number;
  state: string;
  expiresAt: number | null;
  hosts: string[];
  events: string[];
  bookedBy: string | null;
  metadata: Record<string, string>;
  created: number;
  version: number;
}

export interface StoredEvent {
  id: string;
  calendarId: string;
  userId: string;
  startTs: number;
  duration: number;
  busy: boolean;
  recurrence: { freq: string; interval: number; count?: number } | null;
  exdates: number[];
  serviceId: string | null;
  metadata: Record<string, string>;
  version: number;
}

export interface Host {
  serviceId: string;
  userId: string;
  scheduleId: string | null;
  calendarId: string | null;
  bufferBeforeMs: number;
  bufferAfterMs: number;
  closestMs: number;
  furthestMs: number | null;
  bookingCalendarId: string | null;
  busy: string[];
}

/** What exists for a caller, in the contract's words. */
export interface State {
  bookings: Booking[];
  events: StoredEvent[];
  services: { id: string; multiPerson: MultiPerson; version: number }[];
  hosts: Host[];
  users: { id: string; version: number }[];
  calendars: { id: string; userId: string; version: number }[];
  schedules: { id: string; userId: string; rules: Rule[]; version: number }[];
  /** What triggers count, and the same counted from the rows. */
  usage: { counted: string; again: string }[];
}

interface Time {
  hours: number;
  minutes: number;
}
export interface Rule {
  variant: { type: string; value: string };
  intervals: { start: Time; end: Time }[];
}

const MINUTE_MS = 60_000;
/**
 * What exists for a caller.
 *
 * A row in `removals` or `cancellations` stands for work that the background has still to do: by the contract what it
 * names is gone already, and so is what goes with it. An expired hold's event is gone, too.
 *
 * @param now milliseconds since the epoch.
 */
export function stateOf(rows: Rows, now: number): State {
  const of = (table: string) => rows[table] ?? [];
  const gone = new Set(of('removals').map(({ id }) => id));
  const ended = new Set(of('cancellations').map(({ session }) => session));
  const stays = (...ids: unknown[]) => !ids.some((id) => gone.has(id as string));
  const json = (value: unknown) => JSON.parse(String(value));
  const unlessGone = (id: unknown) => (stays(id) ? (id as string | null) : null);
  const eventRow = new Map(of('events').map((row) => [row.id, row]));
  const markedSessions = new Set<unknown>();
  const bookings = of('bookings').map((row): Booking => {
    const [hosts, events] = [json(row.hosts), json(row.events)] as [string[], string[]];
    const calendars = events.map((id) => eventRow.get(id)?.calendar_id);
    const marked =
      ended.has(row.session as string) || !stays(row.service_id, row.booked_by, ...hosts, ...calendars);
    if (marked) markedSessions.add(row.session);
    return {
      id: String(row.id),
      serviceId: String(row.service_id),
      startTs: Number(row.start_ts),
      duration: Number(row.duration),
      state: marked ? 'cancelled' : String(row.state),
      expiresAt: row.expires_at as number | null,
      hosts,
      events,
      bookedBy: row.booked_by as string | null,
      metadata: json(row.metadata),
      created: Number(row.created),
      version: Number(row.version) + Number(marked && row.state !== 'cancelled'),
    };
  });
  const named = new Set(
    bookings.filter(({ state }) => state !== 'cancelled').flatMap(({ events }) => events),
  );
  const events = of('events')
    .filter((row) => stays(row.calendar_id, row.user_id))
    .filter((row) => row.expires_at === null || Number(row.expires_at) > now)
    .filter(
      (row) =>
        named.has(String(row.id)) ||
        row.session === null ||
        !stays(row.service_id) ||
        !markedSessions.has(row.session),
    );
  return {
    bookings,
    events: events.map((row) => ({
      id: String(row.id),
      calendarId: String(row.calendar_id),
      userId: String(row.user_id),
      startTs: Number(row.start_ts),
      duration: Number(row.duration),
      busy: row.busy === 1,
      recurrence: row.recurrence === null ? null : json(row.recurrence),
      exdates: json(row.exdates),
      serviceId: row.service_id as string | null,
      metadata: json(row.metadata),
      version: Number(row.version),
    })),
    services: of('services')
      .filter(({ id }) => stays(id))
      .map((row) => ({
        id: String(row.id),
        multiPerson: json(row.multi_person),
        version: Number(row.version),
      })),
    hosts: of('service_users')
      .filter((row) => stays(row.service_id, row.user_id))
      .map((row) => ({
        serviceId: String(row.service_id),
        userId: String(row.user_id),
        scheduleId: unlessGone(row.schedule_id),
        calendarId: unlessGone(row.calendar_id),
        bufferBeforeMs: Number(row.buffer_before) * MINUTE_MS,
        bufferAfterMs: Number(row.buffer_after) * MINUTE_MS,
        closestMs: Number(row.closest) * MINUTE_MS,
        furthestMs: row.furthest === null ? null : Number(row.furthest) * MINUTE_MS,
        bookingCalendarId: unlessGone(row.booking_calendar_id),
        busy: (json(row.busy) as string[]).filter((id) => stays(id)),
      })),
    users: of('users')
      .filter(({ id }) => stays(id))
      .map(({ id, version }) => ({ id: String(id), version: Number(version) })),
    calendars: of('calendars')
      .filter((row) => stays(row.id, row.user_id))
      .map((row) => ({ id: String(row.id), userId: String(row.user_id), version: Number(row.version) })),
    schedules: of('schedules')
      .filter((row) => stays(row.id, row.user_id))
      .map((row) => ({
        id: String(row.id),
        userId: String(row.user_id),
        rules: json(row.rules),
        version: Number(row.version),
      })),
    usage: of('counted') as unknown as State['usage'],
  };
}
