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
    sdk: 'service.list(query)',
    answer: 'ServicesPage',
    query: 'ListQuery',
  },
  createService: {
    tag: 'Services',
    summary: 'Create a service',
    description: 'A service has no hosts yet, and so no slots: add some.',
    sdk: 'service.create(body)',
    answer: 'ServiceResult',
    body: 'CreateService',
  },
  findServices: {
    tag: 'Services',
    summary: 'Find services by metadata',
    description: FOUND_BY_METADATA,
    sdk: 'service.findByMeta(query)',
    answer: 'ServicesResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getService: {
    tag: 'Services',
    summary: 'Get a service with its hosts',
    description: 'The response is the service itself, not an object with a member `service`.',
    sdk: 'service.findById(serviceId)',
    answer: 'ServiceWithUsers',
  },
  changeService: {
    tag: 'Services',
    summary: 'Update a service',
    description: 'Changes how the hosts share bookings, or replaces the metadata.',
    sdk: 'service.update(serviceId, body)',
    answer: 'ServiceResult',
    body: 'UpdateService',
    codes: ['quota-exceeded'],
  },
  removeService: {
    tag: 'Services',
    summary: 'Delete a service',
    description: 'Also removes its hosts and cancels its bookings.',
    sdk: 'service.remove(serviceId)',
    answer: 'ServiceResult',
  },
  addHost: {
    tag: 'Services',
    summary: 'Add a host',
    description: 'The user takes bookings of the service while its `availability` is open.',
    sdk: 'service.addUser(serviceId, body)',
    answer: 'ServiceUser',
    body: 'AddServiceUser',
    codes: ['host-exists', 'host-limit'],
  },
  changeHost: {
    tag: 'Services',
    summary: 'Update a host',
    description: 'Changes the availability, the buffers and the notice of a host, for bookings from now on.',
    sdk: 'service.updateUserInService(serviceId, { userId: userId, ...body })',
    answer: 'ServiceUser',
    body: 'UpdateServiceUser',
  },
  removeHost: {
    tag: 'Services',
    summary: 'Remove a host',
    description: 'The host gets no further bookings of the service.',
    sdk: 'service.removeUser(serviceId, userId)',
    answer: 'ServiceUser',
  },
  addBusyCalendar: {
    tag: 'Services',
    summary: 'Add a busy calendar',
    description: 'The host cannot be booked during a busy event in this calendar.',
    sdk: 'service.addBusyCalendar({ serviceId: serviceId, userId: userId, calendar: body.busy })',
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported', 'busy-limit'],
  },
  removeBusyCalendar: {
    tag: 'Services',
    summary: 'Remove a busy calendar',
    description: 'Events in the calendar no longer block the host.',
    sdk: 'service.removeBusyCalendar({ serviceId: serviceId, userId: userId, calendar: body.busy })',
    answer: 'ServiceUser',
    body: 'BusyCalendarChange',
    codes: ['provider-unsupported'],
  },
} as const satisfies Record<string, OperationDocs>;
