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
      'of that host. An event of a booking stays busy, of its service, and without recurrence and exdates. When the start, ' +
      'the time zone or the rule of a series changes, its exceptions follow their occurrences by their position on the wall ' +
      'clock; those that are no longer occurrences are dropped. `exdates` in the request win.',
    sdk: 'events.update(eventId, body)',
    answer: 'EventResult',
    body: 'UpdateEvent',
    codes: [
      'booking-event',
      'booking-shared',
      'slot-taken',
      'exception-limit',
      'answer-too-large',
      'contended',
      'quota-exceeded',
      'calendar-read-only',
    ],
  },
  removeEvent: {
    tag: 'Events',
    summary: 'Delete an event',
    description:
      'If the event belongs to a booking, deleting the event cancels the booking. With `from`, the series ends before that ' +
      'occurrence, which needs the permission UpdateCalendarEvent; from its first occurrence on, the whole event is deleted, ' +
      'which needs DeleteCalendarEvent too.',
    sdk: 'events.remove(eventId)',
    answer: 'EventResult',
    query: 'RemoveQuery',
    codes: ['booking-event', 'answer-too-large', 'contended', 'calendar-read-only'],
  },
  getInstances: {
    tag: 'Events',
    summary: 'List the instances of an event in a time window',
    description:
      'Returns the occurrences of an event in order, without those that are cancelled. An occurrence that was moved into the window ' +
      'is among them; `originalStartTs` names it.',
    sdk: 'events.getInstances(eventId, query)',
    answer: 'InstancesResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  changeInstance: {
    tag: 'Events',
    summary: 'Change one occurrence of an event',
    description:
      'The start that the rule gives an occurrence names it, or its date if the event is all-day. A member that you omit comes from the series, and changes with it. ' +
      'A cancelled occurrence takes place again. At most 1,000 exceptions.',
    sdk: 'events.updateInstance(eventId, originalStartTs, body)',
    answer: 'OccurrenceResult',
    body: 'UpdateInstance',
    codes: [
      'booking-event',
      'exception-limit',
      'answer-too-large',
      'contended',
      'quota-exceeded',
      'calendar-read-only',
    ],
  },
  removeInstance: {
    tag: 'Events',
    summary: 'Cancel one occurrence of an event',
    description: 'The occurrence does not take place, and its original start is in `exdates`.',
    sdk: 'events.removeInstance(eventId, originalStartTs)',
    answer: 'EventResult',
    codes: ['booking-event', 'exception-limit', 'answer-too-large', 'contended', 'calendar-read-only'],
  },
  resetInstance: {
    tag: 'Events',
    summary: 'Reset one occurrence of an event',
    description: 'The occurrence takes place as the rule says, whether it was changed or cancelled before.',
    sdk: 'events.resetInstance(eventId, originalStartTs)',
    answer: 'OccurrenceResult',
    codes: ['booking-event', 'answer-too-large', 'contended', 'calendar-read-only'],
  },
  splitEvent: {
    tag: 'Events',
    summary: 'Split a series',
    description:
      'The series ends before the occurrence, and a new event takes the rest, with the changes in the request: what was left of ' +
      '`count`, the same `until`, and the exceptions from there on.',
    sdk: 'events.split(eventId, body)',
    answer: 'SplitResult',
    body: 'SplitEvent',
    codes: [
      'not-found',
      'booking-event',
      'exception-limit',
      'answer-too-large',
      'contended',
      'quota-exceeded',
      'calendar-read-only',
    ],
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
