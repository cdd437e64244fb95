/** Schedules, services, booking slots and bookings: resources, requests and responses. */
import type { Metadata, Page, Weekday } from './resources.ts';

/** A time of day. The end of an interval may be 24:00, the end of the day. */
export interface ClockTime {
  /** 0 … 24. */
  hours: number;
  /** 0 … 59. */
  minutes: number;
}

/**
 * The opening hours of a weekday, of a date such as `2030-01-31`, or of the dates from one to another (both included, at
 * most 366). Those of a date count before those of the dates around it, and both before those of its weekday. An empty
 * list is time off.
 */
export interface ScheduleRule {
  variant:
    | { type: 'WDay'; value: Weekday }
    | { type: 'Date'; value: string }
    | { type: 'Dates'; from: string; to: string };
  /** At most 10. Responses sort the intervals, and merge those that overlap or touch. */
  intervals: { start: ClockTime; end: ClockTime }[];
}

/** The weekly opening hours of a user in a time zone, with exceptions by date. */
export interface Schedule {
  id: string;
  userId: string;
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
  rules: ScheduleRule[];
  metadata: Metadata;
}

export interface CreateSchedule {
  /** The IANA name of a time zone, such as `Europe/Oslo`. */
  timezone: string;
  /** At most 400, one for each weekday, date, or span of dates; spans do not overlap. Default: Monday to Friday, 09:00–17:30. */
  rules?: ScheduleRule[] | undefined;
  metadata?: Metadata | undefined;
}

/** A field that you omit stays as it is. */
export interface UpdateSchedule {
  timezone?: string | undefined;
  rules?: ScheduleRule[] | undefined;
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
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
 * How the hosts of a service share its bookings. Round robin: one host takes each booking. With `availability`, it is the
 * host whose most recent booking was made longest ago; with `equalDistribution`, the host with the fewest bookings in the
 * last 30 days and to come. Collective: all hosts take each booking. Group: all hosts, and each slot has `data` seats.
 */
export type MultiPerson =
  | { variant: 'roundRobinAlgorithm'; data: 'availability' | 'equalDistribution' }
  | { variant: 'collective' }
  | {
      variant: 'group';
      /** The number of seats of each slot. */
      data: number;
    };

/** Something that people can book. */
export interface Service {
  id: string;
  multiPerson: MultiPerson;
  metadata: Metadata;
}

/** A service with its hosts, in the order in which they were added. */
export interface ServiceWithUsers extends Service {
  users: ServiceUser[];
}

/** The source of a host's availability: a calendar, a schedule, or none. An empty one makes the host unavailable. */
export type Availability = { variant: 'Calendar' | 'Schedule'; id: string } | { variant: 'Empty' };

/** A busy calendar: the host cannot be booked during its busy events. */
export interface BusyCalendar {
  provider: 'Nettu';
  id: string;
}

/** A host of a service. Times are in **minutes**. */
export interface ServiceUser {
  userId: string;
  serviceId: string;
  availability: Availability;
  /** The free time before each booking, in minutes. */
  bufferBefore: number;
  /** The free time after each booking, in minutes. */
  bufferAfter: number;
  /** The minimum notice for a booking, in minutes. */
  closestBookingTime: number;
  /** How far ahead a booking can be, in minutes; null: no limit. */
  furthestBookingTime: number | null;
  /** The calendar for the events of bookings; null: the first busy calendar. */
  bookingCalendarId: string | null;
  busy: BusyCalendar[];
}

export interface CreateService {
  /** Default: round robin by availability. */
  multiPerson?: MultiPerson | undefined;
  metadata?: Metadata | undefined;
}

/** A field that you omit stays as it is. */
export interface UpdateService {
  multiPerson?: MultiPerson | undefined;
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
  metadata?: Metadata | undefined;
}

/**
 * The settings of a host. Times are in **minutes**. Defaults are those of a new host; in an update, a field that you
 * omit stays as it is.
 */
export interface UpdateServiceUser {
  availability?: Availability | undefined;
  /** The free time before each booking, in minutes: 0 … 720. Default: 0. */
  bufferBefore?: number | undefined;
  /** The free time after each booking, in minutes: 0 … 720. Default: 0. */
  bufferAfter?: number | undefined;
  /** The minimum notice for a booking, in minutes. Default: 0. */
  closestBookingTime?: number | undefined;
  /** How far ahead a booking can be, in minutes. Default: null, which means no limit. */
  furthestBookingTime?: number | null | undefined;
  /** The calendar for the events of bookings. Default: null, which means the first busy calendar. */
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

/** Dates are in the viewer's time zone, written like `2030-01-31`. Durations are in milliseconds. */
export interface BookingSlotsQuery {
  /** The first date, such as `2030-01-31`. */
  startDate: string;
  /** The last date, at most 100 days after `startDate`. */
  endDate: string;
  /** The length of a slot, in milliseconds: 1 minute … 24 hours. */
  duration: number;
  /**
   * The time from the start of one slot to the next, in milliseconds: 5 minutes … 2 hours. It counts from midnight on the
   * clock of `timezone`, so that a date on which the clock changes has the slots of any other.
   */
  interval: number;
  /** The viewer's time zone, as an IANA name. Default: UTC. */
  timezone?: string | undefined;
  /** An alias of `timezone`. If you send both, `timezone` wins. */
  ianaTz?: string | undefined;
  /** The hosts to consider, by user id. Default: all hosts of the service. */
  hostUserIds?: readonly string[] | undefined;
  /** The former name of `hostUserIds`. If you send both, `hostUserIds` wins. */
  userIds?: readonly string[] | undefined;
}

export interface BookingSlot {
  /** The start, in milliseconds since the epoch. */
  start: number;
  /** The length, in milliseconds. */
  duration: number;
  /** The hosts that can take the slot, in the order in which they were added. */
  userIds: readonly string[];
}

export interface BookingSlotsResult {
  /** The dates that have slots. */
  dates: { date: string; slots: BookingSlot[] }[];
}

/** A held booking keeps its slot until `expiresAt`. */
export type BookingState = 'held' | 'confirmed' | 'cancelled';

export interface Booking {
  id: string;
  serviceId: string;
  /** The start, in milliseconds since the epoch. */
  startTs: number;
  /** The length, in milliseconds. */
  duration: number;
  state: BookingState;
  /** When a held booking expires, in milliseconds since the epoch; otherwise null. */
  expiresAt: number | null;
  hostUserIds: string[];
  /** The events that the booking created in the hosts' calendars. */
  eventIds: string[];
  /** The user whose token made the booking; null if the API key made it. */
  bookedBy: string | null;
  metadata: Metadata;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** The time of the last change, in milliseconds since the epoch. */
  updated: number;
}

export interface CreateBooking {
  /** The start, in milliseconds since the epoch. */
  startTs: number;
  /** The length, in milliseconds. */
  duration: number;
  /** The hosts to consider, by user id. Default: all hosts of the service. */
  hostUserIds?: readonly string[] | undefined;
  /** Holds the slot for this number of **minutes**, 1 … 60. Confirm the booking within that time. */
  holdFor?: number | undefined;
  metadata?: Metadata | undefined;
}

/** Send `state` or `startTs`, but not both. You can send `metadata` with either. */
export interface UpdateBooking {
  state?: 'confirmed' | undefined;
  /** The new start, in milliseconds since the epoch. If the booking cannot move, it keeps its slot. */
  startTs?: number | undefined;
  /** Replaces all metadata. If you omit it, the metadata stays as it is. */
  metadata?: Metadata | undefined;
}

export interface BookingResult {
  booking: Booking;
}

export interface BookingsResult {
  bookings: Booking[];
}

export interface BookingsPage extends BookingsResult, Page {}

/** A page of a list of bookings. */
export interface BookingsQuery {
  /** Returns only bookings that end after this time, in milliseconds since the epoch. Default: no bound. */
  startTs?: number | undefined;
  /** Returns only bookings that start before this time, in milliseconds since the epoch. Default: no bound. */
  endTs?: number | undefined;
  /** Returns only bookings in this state. A hold that has expired is still `held`. */
  state?: BookingState | undefined;
  /** The most bookings in a page, 1 … 100. Default: 100. */
  limit?: number | undefined;
  /** The `nextCursor` of the previous page. Send it with the same times and `state`. */
  cursor?: string | undefined;
}
