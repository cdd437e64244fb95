/**
 * What is said of each route where its row, its schemas and its types do not say it. `answer`, `body` and `query` are
 * names of the SDK's types: test/openapi/should-compile.ts compiles only where they are right.
 */
import type { routes } from '../routes.ts';
import type { ProblemCode } from '../sdk/types.ts';
import { accountWords } from './account-words.ts';
import type { tags } from './overview.ts';

export interface Words {
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  readonly answer: string;
  /** Whether that is what each line is, of an answer that comes as lines of JSON. */
  readonly lines?: true;
  readonly body?: string;
  readonly query?: string;
  /** Beyond those that follow from the route itself. */
  readonly codes?: readonly ProblemCode[];
}

const listed =
  'By creation. `nextCursor` gets the next page, however the list has changed meanwhile: what was there throughout comes exactly once.';
const meta = 'Exactly this value under exactly this key, in the order of creation.';

export const words = {
  checkHealth: { tag: 'Service', summary: 'Tell that the service is up', answer: 'HealthResult' },

  ...accountWords,

  listUsers: {
    tag: 'Users',
    summary: 'List the users',
    description: listed,
    answer: 'UsersPage',
    query: 'ListQuery',
  },
  createUser: { tag: 'Users', summary: 'Create a user', answer: 'UserResult', body: 'CreateUser' },
  findUsers: {
    tag: 'Users',
    summary: 'Find users by metadata',
    description: meta,
    answer: 'UsersResult',
    query: 'MetadataQuery',
  },
  getUser: { tag: 'Users', summary: 'Get a user', answer: 'UserResult' },
  changeUser: { tag: 'Users', summary: 'Change a user', answer: 'UserResult', body: 'UpdateUser' },
  revokeTokens: {
    tag: 'Users',
    summary: "Refuse a user's tokens up to a moment",
    answer: 'UserResult',
    body: 'RevokeTokens',
  },
  removeUser: {
    tag: 'Users',
    summary: 'Delete a user',
    description: 'All that belongs to the user goes with it.',
    answer: 'UserResult',
  },

  findCalendars: {
    tag: 'Calendars',
    summary: 'Find calendars by metadata',
    description: meta,
    answer: 'CalendarsResult',
    query: 'MetadataQuery',
  },
  listCalendars: {
    tag: 'Calendars',
    summary: 'List the calendars of a user',
    description: listed,
    answer: 'CalendarsPage',
    query: 'ListQuery',
  },
  createCalendar: {
    tag: 'Calendars',
    summary: 'Create a calendar',
    answer: 'CalendarResult',
    body: 'CreateCalendar',
  },
  getCalendar: { tag: 'Calendars', summary: 'Get a calendar', answer: 'CalendarResult' },
  changeCalendar: {
    tag: 'Calendars',
    summary: 'Change a calendar',
    answer: 'CalendarResult',
    body: 'UpdateCalendar',
  },
  removeCalendar: {
    tag: 'Calendars',
    summary: 'Delete a calendar',
    description: 'Its events go with it.',
    answer: 'CalendarResult',
  },

  findEvents: {
    tag: 'Events',
    summary: 'Find events by metadata',
    description: meta,
    answer: 'EventsResult',
    query: 'MetadataQuery',
  },
  listEvents: {
    tag: 'Events',
    summary: 'List the events of a user',
    description: listed,
    answer: 'EventsPage',
    query: 'ListQuery',
  },
  createEvent: {
    tag: 'Events',
    summary: 'Create an event',
    answer: 'EventResult',
    body: 'CreateEvent',
    codes: ['not-found'],
  },
  getEvent: { tag: 'Events', summary: 'Get an event', answer: 'EventResult' },
  changeEvent: {
    tag: 'Events',
    summary: 'Change an event',
    description: 'To move the event of a booking moves the booking, where that has one host.',
    answer: 'EventResult',
    body: 'UpdateEvent',
    codes: ['booking-shared'],
  },
  removeEvent: {
    tag: 'Events',
    summary: 'Delete an event',
    description: 'That of a booking cancels the booking.',
    answer: 'EventResult',
  },
  getInstances: {
    tag: 'Events',
    summary: 'Get the instances of an event in a window of time',
    answer: 'InstancesResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getCalendarEvents: {
    tag: 'Events',
    summary: "Get a calendar's events in a window of time",
    description: 'With their instances. An event without an instance in the window is left out.',
    answer: 'CalendarEventsResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getFreebusy: {
    tag: 'Free/busy',
    summary: 'Get when a user is busy',
    description: 'Sorted, and merged where it overlaps or touches.',
    answer: 'FreebusyResult',
    query: 'FreebusyQuery',
    codes: ['answer-too-large'],
  },

  findSchedules: {
    tag: 'Schedules',
    summary: 'Find schedules by metadata',
    description: meta,
    answer: 'SchedulesResult',
    query: 'MetadataQuery',
  },
  listSchedules: {
    tag: 'Schedules',
    summary: 'List the schedules of a user',
    description: listed,
    answer: 'SchedulesPage',
    query: 'ListQuery',
  },
  createSchedule: {
    tag: 'Schedules',
    summary: 'Create a schedule',
    answer: 'ScheduleResult',
    body: 'CreateSchedule',
  },
  getSchedule: { tag: 'Schedules', summary: 'Get a schedule', answer: 'ScheduleResult' },
  changeSchedule: {
    tag: 'Schedules',
    summary: 'Change a schedule',
    answer: 'ScheduleResult',
    body: 'UpdateSchedule',
  },
  removeSchedule: {
    tag: 'Schedules',
    summary: 'Delete a schedule',
    description: 'A host who is available by it is available no more.',
    answer: 'ScheduleResult',
  },

  listServices: {
    tag: 'Services',
    summary: 'List the services',
    description: listed,
    answer: 'ServicesPage',
    query: 'ListQuery',
  },
  createService: {
    tag: 'Services',
    summary: 'Create a service',
    answer: 'ServiceResult',
    body: 'CreateService',
  },
  findServices: {
    tag: 'Services',
    summary: 'Find services by metadata',
    description: meta,
    answer: 'ServicesResult',
    query: 'MetadataQuery',
  },
  getService: {
    tag: 'Services',
    summary: 'Get a service with its hosts',
    description: 'The service itself, not wrapped.',
    answer: 'ServiceWithUsers',
  },
  changeService: {
    tag: 'Services',
    summary: 'Change a service',
    answer: 'ServiceResult',
    body: 'UpdateService',
  },
  removeService: {
    tag: 'Services',
    summary: 'Delete a service',
    description: 'Its hosts go with it, and its bookings are cancelled.',
    answer: 'ServiceResult',
  },
  addHost: {
    tag: 'Services',
    summary: 'Add a host',
    answer: 'ServiceUser',
    body: 'AddServiceUser',
    codes: ['host-exists', 'host-limit'],
  },
  changeHost: { tag: 'Services', summary: 'Change a host', answer: 'ServiceUser', body: 'UpdateServiceUser' },
  removeHost: { tag: 'Services', summary: 'Remove a host', answer: 'ServiceUser' },
  addBusyCalendar: {
    tag: 'Services',
    summary: "Let a calendar's events keep a host from being booked",
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported', 'busy-limit'],
  },
  removeBusyCalendar: {
    tag: 'Services',
    summary: "Let a calendar's events no longer keep a host from being booked",
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported'],
  },

  getBookingSlots: {
    tag: 'Booking',
    summary: 'Get the slots of a service',
    description: 'Under the dates of whoever looks; a date without slots is left out.',
    answer: 'BookingSlotsResult',
    query: 'BookingSlotsQuery',
    codes: ['answer-too-large'],
  },
  createBooking: {
    tag: 'Booking',
    summary: 'Book a slot',
    description: 'It is confirmed, or held for `holdFor` minutes. Where it is refused nothing was written.',
    answer: 'BookingResult',
    body: 'CreateBooking',
    codes: ['answer-too-large', 'slot-taken', 'slot-unavailable', 'contended'],
  },
  getBooking: { tag: 'Booking', summary: 'Get a booking', answer: 'BookingResult' },
  changeBooking: {
    tag: 'Booking',
    summary: 'Confirm or move a booking, or change its metadata',
    answer: 'BookingResult',
    body: 'UpdateBooking',
    codes: ['answer-too-large', 'slot-taken', 'slot-unavailable', 'booking-cancelled', 'contended'],
  },
  cancelBooking: { tag: 'Booking', summary: 'Cancel a booking', answer: 'BookingResult' },
  getServiceBookings: {
    tag: 'Booking',
    summary: "Get a service's bookings in a window of time",
    answer: 'BookingsResult',
    query: 'BookingsQuery',
  },
  getOwnBookings: {
    tag: 'Booking',
    summary: "Get the bookings that were made with the user's tokens",
    answer: 'BookingsResult',
    query: 'BookingsQuery',
  },
} as const satisfies Record<keyof typeof routes, Words>;
