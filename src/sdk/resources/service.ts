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

/** A calendar of a host of a service. */
interface BusyCalendarOf {
  serviceId: string;
  userId: string;
  calendar: BusyCalendarChange['busy'];
}

/** The methods for services, and for the hosts who can be booked with them. */
export function services(send: Send) {
  const findById = async (serviceId: string, options?: ReadOptions<ServiceWithUsers>) =>
    send<ServiceWithUsers>('GET', path`/service/${{ serviceId }}`, options);
  return {
    /** Creates a service without hosts. */
    create: async (data: CreateService = {}, options?: CreateOptions) =>
      send<ServiceResult>('POST', '/service', options, data),

    /** Returns a service with its hosts. The service is `data` itself, not a member of it. */
    findById,

    /** The name of `findById` in earlier versions of this package. */
    find: findById,

    /** Updates the given members of a service. */
    update: async (serviceId: string, data: UpdateService = {}, options?: ChangeOptions) =>
      send<ServiceResult>('PUT', path`/service/${{ serviceId }}`, options, data),

    /** Deletes a service and cancels its bookings. Their events stay in the hosts' calendars. */
    remove: async (serviceId: string, options?: ChangeOptions) =>
      send<ServiceResult>('DELETE', path`/service/${{ serviceId }}`, options),

    /** Lists the account's services in creation order: `await` returns a page, `for await` iterates over all. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, servicesOf, () => '/service', query, options),

    /** Returns the services with this metadata entry, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<ServicesResult>('GET', `/service/meta${query({ key, value, skip, limit })}`, options),

    /** Adds a user as a host. `host-exists` if the user is one already. Returns the host, as the next four methods do. */
    addUser: async (serviceId: string, data: AddServiceUser, options?: CreateOptions) =>
      send<ServiceUser>('POST', path`/service/${{ serviceId }}/users`, options, data),

    /** Updates the given members of the host with this `userId`. */
    updateUserInService: async (
      serviceId: string,
      { userId, ...data }: AddServiceUser,
      options?: ChangeOptions,
    ) => send<ServiceUser>('PUT', host(serviceId, userId), options, data),

    /** Removes a host. */
    removeUser: async (serviceId: string, userId: string, options?: ChangeOptions) =>
      send<ServiceUser>('DELETE', host(serviceId, userId), options),

    /** Adds a busy calendar: nobody can book the host during the busy events of this calendar. */
    addBusyCalendar: busyCalendar(send, 'PUT'),

    /** Removes a busy calendar. */
    removeBusyCalendar: busyCalendar(send, 'DELETE'),

    ...bookingSlots(send),
  };
}

const servicesOf = (page: ServicesPage) => page.services;

/** The methods that are open to anyone who knows the account's id, unless the account sets `publicBooking: false`. */
export function bookingSlots(send: Send) {
  return {
    /**
     * Returns the slots of a service with their hosts, for each date in `timezone`. Dates are `2030-01-31`, and both are
     * inclusive. `duration` and `interval`, the time from one slot to the next, are in milliseconds. Slots start at the
     * multiples of `interval` after midnight on the clock of `timezone`.
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
