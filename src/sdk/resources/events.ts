import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  CreateEvent,
  EventResult,
  EventsPage,
  EventsResult,
  InstancesResult,
  ListQuery,
  MetadataQuery,
  OccurrenceResult,
  SplitEvent,
  SplitResult,
  Timespan,
  UpdateEvent,
  UpdateInstance,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The methods for the events of all users of the account. */
export function accountEvents(send: Send) {
  return {
    /** Creates an event in a calendar of the user. */
    create: async (userId: string, data: CreateEvent, options?: CreateOptions) =>
      send<EventResult>('POST', path`/user/${{ userId }}/events`, options, data),

    ...events(send, '/user/events'),

    /** Lists a user's events in creation order: `await` returns a page, `for await` iterates over all. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, eventsOf, () => path`/user/${{ userId }}/events`, query, options),

    /** Returns the events with this metadata entry, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<EventsResult>('GET', `/events/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The methods for the events of the token's user. */
export function userEvents(send: Send) {
  return {
    /** Creates an event in a calendar of the user. The token needs `CreateCalendarEvent`. */
    create: async (data: CreateEvent, options?: CreateOptions) =>
      send<EventResult>('POST', '/events', options, data),

    ...events(send, '/events'),

    /** Lists the user's events in creation order: `await` returns a page, `for await` iterates over all. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, eventsOf, () => '/events', query, options),
  };
}

const eventsOf = (page: EventsPage) => page.events;

/** The methods of both clients, below the path of each. A token's policy must allow each change. */
function events(send: Send, root: string) {
  const instance = (eventId: string, original: number | string, more = '') =>
    root + path`/${{ eventId }}/instances/${{ original: `${original}` }}` + more;
  return {
    /** Returns an event. */
    findById: async (eventId: string, options?: ReadOptions<EventResult>) =>
      send<EventResult>('GET', root + path`/${{ eventId }}`, options),

    /** Updates the given members of an event. Exceptions follow their occurrences. A token needs `UpdateCalendarEvent`. */
    update: async (eventId: string, data: UpdateEvent, options?: ChangeOptions) =>
      send<EventResult>('PUT', root + path`/${{ eventId }}`, options, data),

    /** Deletes an event. A token needs `DeleteCalendarEvent`. */
    remove: async (eventId: string, options?: ChangeOptions) =>
      send<EventResult>('DELETE', root + path`/${{ eventId }}`, options),

    /** Changes one occurrence of an event, by its `originalStartTs` or `originalDate`. A token needs `UpdateCalendarEvent`. */
    updateInstance: async (
      eventId: string,
      original: number | string,
      data: UpdateInstance,
      options?: ChangeOptions,
    ) => send<OccurrenceResult>('PUT', instance(eventId, original), options, data),

    /** Cancels one occurrence of an event. A token needs `UpdateCalendarEvent`. */
    removeInstance: async (eventId: string, original: number | string, options?: ChangeOptions) =>
      send<EventResult>('DELETE', instance(eventId, original), options),

    /** Lets one occurrence take place as the rule says again. A token needs `UpdateCalendarEvent`. */
    resetInstance: async (eventId: string, original: number | string, options?: ChangeOptions) =>
      send<OccurrenceResult>('POST', instance(eventId, original, '/reset'), options),

    /** Ends a series before an occurrence. A token needs `UpdateCalendarEvent`; from the first one, `DeleteCalendarEvent` too. */
    removeFrom: async (eventId: string, original: number | string, options?: ChangeOptions) =>
      send<EventResult>('DELETE', root + path`/${{ eventId }}` + query({ from: original }), options),

    /** Makes an occurrence and those that follow an event of their own. A token needs `CreateCalendarEvent` too. */
    split: async (eventId: string, data: SplitEvent, options?: CreateOptions) =>
      send<SplitResult>('POST', root + path`/${{ eventId }}/split`, options, data),

    /** Returns an event and its instances between two times (ms, at most 62 days apart). */
    getInstances: async (eventId: string, { startTs, endTs }: Timespan, options?: RequestOptions) =>
      send<InstancesResult>(
        'GET',
        root + path`/${{ eventId }}/instances` + query({ startTs, endTs }),
        options,
      ),
  };
}
