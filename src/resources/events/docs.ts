import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Events:
    'An event takes place once, or repeats by the rules of RFC 5545 in its own time zone, by default that of its calendar.',
  'Free/busy': 'The times at which a user is busy, without any details of the events.',
};

export const docs = {
  listEvents: {
    tag: 'Events',
    summary: 'List the events of a user',
    description: LISTED,
    sdk: 'events.list(userId, query)',
    answer: 'EventsPage',
    query: 'ListQuery',
  },
  createEvent: {
    tag: 'Events',
    summary: 'Create an event',
    description:
      'Creates a single event, or with `recurrence` a recurring event. Only events that are `busy` count in free/busy and block booking slots.',
    sdk: 'events.create(userId, body)',
    answer: 'EventResult',
    body: 'CreateEvent',
    codes: ['not-found', 'slot-taken', 'answer-too-large', 'contended', 'calendar-read-only'],
  },
  findEvents: {
    tag: 'Events',
    summary: 'Find events by metadata',
    description: FOUND_BY_METADATA,
    sdk: 'events.findByMeta(query)',
    answer: 'EventsResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getEvent: {
    tag: 'Events',
    summary: 'Get an event',
    description: 'Returns the event with its recurrence, and without its instances.',
    sdk: 'events.findById(eventId)',
    answer: 'EventResult',
  },
  changeEvent: {
    tag: 'Events',
    summary: 'Update an event',
    description:
      'If the event belongs to a booking with one host, moving the event moves the booking, though never onto another booking ' +
      'of that host. An event of a booking stays busy, of its service, and without recurrence and exdates.',
    sdk: 'events.update(eventId, body)',
    answer: 'EventResult',
    body: 'UpdateEvent',
    codes: [
      'booking-event',
      'booking-shared',
      'slot-taken',
      'answer-too-large',
      'contended',
      'quota-exceeded',
      'calendar-read-only',
    ],
  },
  removeEvent: {
    tag: 'Events',
    summary: 'Delete an event',
    description: 'If the event belongs to a booking, deleting the event cancels the booking.',
    sdk: 'events.remove(eventId)',
    answer: 'EventResult',
    codes: ['calendar-read-only'],
  },
  getInstances: {
    tag: 'Events',
    summary: 'List the instances of an event in a time window',
    description:
      'Returns the times at which a recurring event takes place, in order, and none that `exdates` excludes.',
    sdk: 'events.getInstances(eventId, query)',
    answer: 'InstancesResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getCalendarEvents: {
    tag: 'Events',
    summary: 'List the events of a calendar in a time window',
    description: 'Returns each event with its instances, and omits events without an instance in the window.',
    sdk: 'calendar.getEvents(calendarId, query)',
    answer: 'CalendarEventsResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getFreebusy: {
    tag: 'Free/busy',
    summary: "Get a user's free/busy",
    description: 'Returns the busy times, sorted. Times that overlap or touch are merged into one.',
    sdk: 'user.freebusy(userId, query)',
    answer: 'FreebusyResult',
    query: 'FreebusyQuery',
    codes: ['answer-too-large'],
  },
} as const satisfies Record<string, OperationDocs>;
