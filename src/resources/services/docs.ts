import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Services: 'A service is something that people can book. Its hosts are the users who take the bookings.',
};

export const docs = {
  listServices: {
    tag: 'Services',
    summary: 'List the services',
    description: LISTED,
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
    description: FOUND_BY_METADATA,
    answer: 'ServicesResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getService: {
    tag: 'Services',
    summary: 'Get a service with its hosts',
    description: 'The response is the service itself, not an object with a member `service`.',
    answer: 'ServiceWithUsers',
  },
  changeService: {
    tag: 'Services',
    summary: 'Update a service',
    answer: 'ServiceResult',
    body: 'UpdateService',
    codes: ['quota-exceeded'],
  },
  removeService: {
    tag: 'Services',
    summary: 'Delete a service',
    description: 'Also removes its hosts and cancels its bookings.',
    answer: 'ServiceResult',
  },
  addHost: {
    tag: 'Services',
    summary: 'Add a host',
    answer: 'ServiceUser',
    body: 'AddServiceUser',
    codes: ['host-exists', 'host-limit'],
  },
  changeHost: { tag: 'Services', summary: 'Update a host', answer: 'ServiceUser', body: 'UpdateServiceUser' },
  removeHost: { tag: 'Services', summary: 'Remove a host', answer: 'ServiceUser' },
  addBusyCalendar: {
    tag: 'Services',
    summary: 'Add a busy calendar',
    description: 'The host cannot be booked during a busy event in this calendar.',
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported', 'busy-limit'],
  },
  removeBusyCalendar: {
    tag: 'Services',
    summary: 'Remove a busy calendar',
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported'],
  },
} as const satisfies Record<string, OperationDocs>;
