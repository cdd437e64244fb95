import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  AddServiceUser,
  BookingSlotsQuery,
  BookingSlotsResult,
  BusyCalendarChange,
  CreateService,
  ListQuery,
  MetadataQuery,
  ServiceResult,
  ServicesPage,
  ServicesResult,
  ServiceUser,
  ServiceWithUsers,
  UpdateService,
} from '../types.ts';
import { path, query } from '../url.ts';

/** Which calendar, of which host. */
interface BusyCalendarOf {
  serviceId: string;
  userId: string;
  calendar: BusyCalendarChange['busy'];
}

/** What can be booked, and the hosts who can be booked with it. */
export function services(send: Send) {
  const findById = async (serviceId: string, options?: ReadOptions<ServiceWithUsers>) =>
    send<ServiceWithUsers>('GET', path`/service/${{ serviceId }}`, options);
  return {
    /** Creates a service, at first without hosts. */
    create: async (data: CreateService = {}, options?: CreateOptions) =>
      send<ServiceResult>('POST', '/service', options, data),

    /** The service of this id with its hosts: the answer's data itself, not a member of it. */
    findById,

    /** As `findById`, under the name that earlier versions of this package gave it. */
    find: findById,

    /** Changes what is given, and keeps the rest. */
    update: async (serviceId: string, data: UpdateService = {}, options?: ChangeOptions) =>
      send<ServiceResult>('PUT', path`/service/${{ serviceId }}`, options, data),

    /** Deletes the service, and cancels its bookings; the events that they made stay. */
    remove: async (serviceId: string, options?: ChangeOptions) =>
      send<ServiceResult>('DELETE', path`/service/${{ serviceId }}`, options),

    /** The account's services, by creation: a page when awaited, all of them in `for await`. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, servicesOf, () => '/service', query, options),

    /** The services with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<ServicesResult>('GET', `/service/meta${query({ key, value, skip, limit })}`, options),

    /** Makes a user a host: `host-exists` where the user is one. Answers the host, as the next four methods do. */
    addUser: async (serviceId: string, data: AddServiceUser, options?: CreateOptions) =>
      send<ServiceUser>('POST', path`/service/${{ serviceId }}/users`, options, data),

    /** Changes what is given of the host `data.userId`, and keeps the rest. */
    updateUserInService: async (
      serviceId: string,
      { userId, ...data }: AddServiceUser,
      options?: ChangeOptions,
    ) => send<ServiceUser>('PUT', host(serviceId, userId), options, data),

    /** Ends that a user is a host. */
    removeUser: async (serviceId: string, userId: string, options?: ChangeOptions) =>
      send<ServiceUser>('DELETE', host(serviceId, userId), options),

    /** Lets the busy events of one of the host's calendars keep the host from being booked. */
    addBusyCalendar: busyCalendar(send, 'PUT'),

    /** Takes that back. */
    removeBusyCalendar: busyCalendar(send, 'DELETE'),

    ...bookingSlots(send),
  };
}

const servicesOf = (page: ServicesPage) => page.services;

/** What anyone who knows the account may see of its services, unless it says `publicBooking: false`. */
export function bookingSlots(send: Send) {
  return {
    /**
     * When the service can be booked, on each date of the viewer's time zone, and with which hosts. Dates are
     * `2030-01-31`, both inclusive; `duration` and `interval`, the step of the grid, are milliseconds.
     */
    getBookingslots: async (
      serviceId: string,
      { userIds, hostUserIds = userIds, ...grid }: BookingSlotsQuery,
      options?: RequestOptions,
    ) =>
      send<BookingSlotsResult>(
        'GET',
        path`/service/${{ serviceId }}/booking` + query({ ...grid, hostUserIds: hostUserIds?.join(',') }),
        options,
      ),
  };
}

function busyCalendar(send: Send, method: 'PUT' | 'DELETE') {
  return async ({ serviceId, userId, calendar }: BusyCalendarOf, options?: ChangeOptions) =>
    send<ServiceUser>(method, `${host(serviceId, userId)}/busy`, options, {
      busy: calendar,
    } satisfies BusyCalendarChange);
}

const host = (serviceId: string, userId: string) => path`/service/${{ serviceId }}/users/${{ userId }}`;
