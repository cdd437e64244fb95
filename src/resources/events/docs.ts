import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Events: 'An event repeats by the rules of RFC 5545, in the time zone of its calendar.',
  'Free/busy': 'When a user is busy, and nothing else about it.',
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
    codes: ['not-found'],
  },
  findEvents: {
    tag: 'Events',
    summary: 'Find events by metadata',
    description: FOUND_BY_METADATA,
    answer: 'EventsResult',
    query: 'MetadataQuery',
  },
  getEvent: { tag: 'Events', summary: 'Get an event', answer: 'EventResult' },
  changeEvent: {
    tag: 'Events',
    summary: 'Update an event',
    description: 'Moving the event of a booking with one host moves the booking.',
    answer: 'EventResult',
    body: 'UpdateEvent',
    codes: ['booking-shared'],
  },
  removeEvent: {
    tag: 'Events',
    summary: 'Delete an event',
    description: 'Deleting the event of a booking cancels the booking.',
    answer: 'EventResult',
  },
  getInstances: {
    tag: 'Events',
    summary: 'Get the instances of an event in a time window',
    answer: 'InstancesResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getCalendarEvents: {
    tag: 'Events',
    summary: 'Get the events of a calendar in a time window',
    description: 'Each with its instances. Events without an instance in the window are left out.',
    answer: 'CalendarEventsResult',
    query: 'Timespan',
    codes: ['answer-too-large'],
  },
  getFreebusy: {
    tag: 'Free/busy',
    summary: 'Get when a user is busy',
    description: 'The busy times are sorted, and merged where they overlap or touch.',
    answer: 'FreebusyResult',
    query: 'FreebusyQuery',
    codes: ['answer-too-large'],
  },
} as const satisfies Record<string, OperationDocs>;
