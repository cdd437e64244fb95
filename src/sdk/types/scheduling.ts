/** Schedules, services, booking slots and bookings: resources, requests and answers. */
import type { Metadata, Page, Timespan, Weekday } from './resources.ts';

/** A time of day. 24:00 is the end of the date, and only an end can be 24:00. */
export interface ClockTime {
  hours: number;
  minutes: number;
}

/** The opening hours of a weekday, or of a date (`2030-01-31`) instead of its weekday. Without intervals, it is closed: time off. */
export interface ScheduleRule {
  variant: { type: 'WDay'; value: Weekday } | { type: 'Date'; value: string };
  /** At most 10. Answers show them sorted, and merged where they overlap or touch. */
  intervals: { start: ClockTime; end: ClockTime }[];
}

/** The opening hours of a user, week by week, in a time zone. */
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
  /** At most 400, one for each weekday or date. Default: Monday to Friday 09:00–17:30. */
  rules?: ScheduleRule[] | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateSchedule {
  timezone?: string | undefined;
  rules?: ScheduleRule[] | undefined;
  /** Replaces the whole map. Absent: the map stays as it is. */
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

/** Something that can be booked. */
export interface Service {
  id: string;
  multiPerson: MultiPerson;
  metadata: Metadata;
}

/** A service with its hosts, in the order in which they were added. */
export interface ServiceWithUsers extends Service {
  users: ServiceUser[];
}

/** What makes a host available: a calendar, a schedule, or nothing. */
export type Availability = { variant: 'Calendar' | 'Schedule'; id: string } | { variant: 'Empty' };

/** A busy calendar: its host cannot be booked while an event in it is busy. */
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
  /** The shortest notice for a booking, in minutes. */
  closestBookingTime: number;
  /** The longest notice for a booking, in minutes; null: no limit. */
  furthestBookingTime: number | null;
  /** The calendar for bookings; null: the first busy calendar. */
  bookingCalendarId: string | null;
  busy: BusyCalendar[];
}

export interface CreateService {
  /** Default: round robin by availability. */
  multiPerson?: MultiPerson | undefined;
  metadata?: Metadata | undefined;
}

/** An absent member stays as it is. */
export interface UpdateService {
  multiPerson?: MultiPerson | undefined;
  /** Replaces the whole map. Absent: the map stays as it is. */
  metadata?: Metadata | undefined;
}

/** The settings of a host. Times are in **minutes**. An absent member stays as it is. */
export interface UpdateServiceUser {
  availability?: Availability | undefined;
  /** Minutes, 0 … 720. Default: 0. */
  bufferBefore?: number | undefined;
  /** Minutes, 0 … 720. Default: 0. */
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
  /** The length of a slot, in milliseconds: 1 minute … 24 hours. */
  duration: number;
  /** The time between the starts of slots, in milliseconds: 5 minutes … 2 hours. Each date begins at midnight. */
  interval: number;
  /** The viewer's time zone, as an IANA name. Default: UTC. */
  timezone?: string | undefined;
  /** Another name for `timezone`, which wins. */
  ianaTz?: string | undefined;
  /** Only these hosts of the service. */
  hostUserIds?: readonly string[] | undefined;
  /** The former name of `hostUserIds`, which wins. */
  userIds?: readonly string[] | undefined;
}

export interface BookingSlot {
  start: number;
  duration: number;
  /** The hosts that can take the slot, in the order in which they were added. */
  userIds: readonly string[];
}

export interface BookingSlotsResult {
  /** Only dates with slots. */
  dates: { date: string; slots: BookingSlot[] }[];
}

/** A held booking takes its slot until `expiresAt`. Times are in milliseconds since the epoch. */
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
  /** The user whose token made the booking; null where the API key did. */
  bookedBy: string | null;
  metadata: Metadata;
  created: number;
  updated: number;
}

export interface CreateBooking {
  startTs: number;
  duration: number;
  /** Only these hosts of the service. */
  hostUserIds?: readonly string[] | undefined;
  /** Holds the slot for so many **minutes**, 1 … 60. Confirm the booking before they are over. */
  holdFor?: number | undefined;
  metadata?: Metadata | undefined;
}

/** `state` or `startTs`, but not both. Either may come with `metadata`. */
export interface UpdateBooking {
  state?: 'confirmed' | undefined;
  /** The new start, in milliseconds since the epoch. The booking moves in one step, or not at all. */
  startTs?: number | undefined;
  /** Replaces the whole map. Absent: the map stays as it is. */
  metadata?: Metadata | undefined;
}

export interface BookingResult {
  booking: Booking;
}

export interface BookingsResult {
  bookings: Booking[];
}

/** A time window of at most 62 days. */
export type BookingsQuery = Timespan;
