import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Events: 'An event takes place once, or repeats by the rules of RFC 5545 in the time zone of its calendar.',
  'Free/busy': 'The times at which a user is busy, without any details of the events.',
};

export const docs = {
  listEvents: {
    tag: 'Events',
    summary: 'List the events of a user',
    description: LISTED,
    answer: 'EventsPage',
    query: 'ListQuery',
  },
  createEvent: {
    tag: 'Events',
    summary: 'Create an event',
    answer: 'EventResult',
    body: 'CreateEvent',
    codes: ['not-found', 'slot-taken'],
  },
  findEvents: {
    tag: 'Events',
    summary: 'Find events by metadata',
    description: FOUND_BY_METADATA,
    answer: 'EventsResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getEvent: { tag: 'Events', summary: 'Get an event', answer: 'EventResult' },
  changeEvent: {
    tag: 'Events',
    summary: 'Update an event',
    description:
      'If the event belongs to a booking with one host, moving the event moves the booking, though never onto another booking ' +
      'of that host. An event of a booking stays busy, of its service, and without recurrence and exdates.',
    answer: 'EventResult',
    body: 'UpdateEvent',
    codes: ['booking-event', 'booking-shared', 'slot-taken', 'quota-exceeded'],
  },
  removeEvent: {
    tag: 'Events',
    summary: 'Delete an event',
    description: 'If the event belongs to a booking, deleting the event cancels the booking.',
    answer: 'EventResult',
  },
  getInstances: {
    tag: 'Events',
    summary: 'List the instances of an event in a time window',
    answer: 'InstancesResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getCalendarEvents: {
    tag: 'Events',
    summary: 'List the events of a calendar in a time window',
    description: 'Returns each event with its instances, and omits events without an instance in the window.',
    answer: 'CalendarEventsResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getFreebusy: {
    tag: 'Free/busy',
    summary: "Get a user's free/busy",
    description: 'Returns the busy times, sorted. Times that overlap or touch are merged into one.',
    answer: 'FreebusyResult',
    query: 'FreebusyQuery',
    codes: ['answer-too-large'],
  },
} as const satisfies Record<string, OperationDocs>;
