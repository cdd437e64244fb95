/** Schedules, services, booking slots and bookings: what the service keeps, takes and answers. */
import type { Metadata, Timespan, Weekday } from './resources.ts';
import type { Page } from './results.ts';

/** A time of day. 24:00 is the end of the date, and only as an end. */
export interface ClockTime {
  hours: number;
  minutes: number;
}

/** When a weekday is open, or a date (`2030-01-31`), which stands in place of its weekday. No interval: closed. */
export interface ScheduleRule {
  variant: { type: 'WDay'; value: Weekday } | { type: 'Date'; value: string };
  /** At most 10. Answered sorted, and merged where they overlap or touch. */
  intervals: { start: ClockTime; end: ClockTime }[];
}

/** When a user is open, week by week, in a time zone. */
export interface Schedule {
  id: string;
  userId: string;
  /** An IANA name, such as `Europe/Oslo`. */
  timezone: string;
  rules: ScheduleRule[];
  metadata: Metadata;
}

export interface CreateSchedule {
  /** An IANA name, such as `Europe/Oslo`. */
  timezone: string;
  /** At most 400, one for a weekday or a date. By default Monday to Friday 09:00–17:30. */
  rules?: ScheduleRule[] | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateSchedule {
  timezone?: string | undefined;
  rules?: ScheduleRule[] | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

export interface ScheduleResult {
  schedule: Schedule;
}

export interface SchedulesResult {
  schedules: Schedule[];
}

export interface SchedulesPage extends SchedulesResult, Page {}

/**
 * How the hosts of a service share its bookings. Round robin: each booking takes one host, by `availability` the one
 * whose latest booking was made longest ago, by `equalDistribution` the one with the fewest to come. Collective: all
 * hosts. Group: all hosts, and so many seats.
 */
export type MultiPerson =
  | { variant: 'roundRobinAlgorithm'; data: 'availability' | 'equalDistribution' }
  | { variant: 'collective' }
  | { variant: 'group'; data: number };

/** What can be booked. */
export interface Service {
  id: string;
  multiPerson: MultiPerson;
  metadata: Metadata;
}

/** A service with its hosts, in the order in which they were added. */
export interface ServiceWithUsers extends Service {
  users: ServiceUser[];
}

/** Within which time a host can be booked. */
export type Availability = { variant: 'Calendar' | 'Schedule'; id: string } | { variant: 'Empty' };

/** A calendar whose busy events keep a host from being booked. */
export interface BusyCalendar {
  provider: 'Nettu';
  id: string;
}

/** A host of a service. Times are in **minutes**. */
export interface ServiceUser {
  userId: string;
  serviceId: string;
  availability: Availability;
  bufferBefore: number;
  bufferAfter: number;
  /** How long ahead a slot must at least be booked. */
  closestBookingTime: number;
  /** How long ahead it may at most be booked; null: as long as you like. */
  furthestBookingTime: number | null;
  /** Where bookings are entered; null: in the first of the busy calendars. */
  bookingCalendarId: string | null;
  busy: BusyCalendar[];
}

export interface CreateService {
  /** By default round robin by availability. */
  multiPerson?: MultiPerson | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateService {
  multiPerson?: MultiPerson | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

/** How a host can be booked; times are in **minutes**. An absent member stays as it is. */
export interface UpdateServiceUser {
  availability?: Availability | undefined;
  /** 0 … 720, by default 0. */
  bufferBefore?: number | undefined;
  /** 0 … 720, by default 0. */
  bufferAfter?: number | undefined;
  closestBookingTime?: number | undefined;
  furthestBookingTime?: number | null | undefined;
  bookingCalendarId?: string | null | undefined;
}

export interface AddServiceUser extends UpdateServiceUser {
  userId: string;
}

export interface BusyCalendarChange {
  busy: { provider: 'Nettu' | 'Google' | 'Outlook'; id: string };
}

export interface ServiceResult {
  service: Service;
}

export interface ServicesResult {
  services: Service[];
}

export interface ServicesPage extends ServicesResult, Page {}

/** Dates are `2030-01-31`, in the viewer's time zone; `interval` and `duration` are milliseconds. */
export interface BookingSlotsQuery {
  startDate: string;
  /** Inclusive, at most 100 days after `startDate`. */
  endDate: string;
  /** 1 minute … 24 hours. */
  duration: number;
  /** The step of the grid, which begins anew with each date: 5 minutes … 2 hours. */
  interval: number;
  /** The viewer's, by default UTC. */
  timezone?: string | undefined;
  /** The same as `timezone`, which wins. */
  ianaTz?: string | undefined;
  /** Only these of the service's hosts. */
  hostUserIds?: readonly string[] | undefined;
  /** The same as `hostUserIds`, which wins, under the name that earlier versions of this package gave it. */
  userIds?: readonly string[] | undefined;
}

export interface BookingSlot {
  start: number;
  duration: number;
  /** The hosts that can take it, in the order in which they were added. */
  userIds: readonly string[];
}

export interface BookingSlotsResult {
  /** Only dates with slots. */
  dates: { date: string; slots: BookingSlot[] }[];
}

/** A held booking counts until `expiresAt`, and not a moment longer. */
export type BookingState = 'held' | 'confirmed' | 'cancelled';

export interface Booking {
  id: string;
  serviceId: string;
  startTs: number;
  duration: number;
  state: BookingState;
  expiresAt: number | null;
  hostUserIds: string[];
  /** The events in the hosts' calendars. */
  eventIds: string[];
  /** The user whose token made it; null: the account's server did. */
  bookedBy: string | null;
  metadata: Metadata;
  created: number;
  updated: number;
}

export interface CreateBooking {
  startTs: number;
  duration: number;
  /** Only these of the service's hosts. */
  hostUserIds?: readonly string[] | undefined;
  /** **Minutes**, 1 … 60: to be confirmed within them. */
  holdFor?: number | undefined;
  metadata?: Metadata | undefined;
}

/** One of `state` and `startTs`; the metadata may stand beside either. */
export interface UpdateBooking {
  state?: 'confirmed' | undefined;
  /** Moves it: in one step, or not at all. */
  startTs?: number | undefined;
  /** Replaces the whole map; absent keeps it. */
  metadata?: Metadata | undefined;
}

export interface BookingResult {
  booking: Booking;
}

export interface BookingsResult {
  bookings: Booking[];
}

/** Whose bookings to look at, and when: at most 62 days. */
export type BookingsQuery = Timespan;
