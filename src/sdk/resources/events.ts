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
  Timespan,
  UpdateEvent,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The events of all of the account's users. */
export function accountEvents(send: Send) {
  return {
    /** Creates an event in one of the user's calendars. */
    create: async (userId: string, data: CreateEvent, options?: CreateOptions) =>
      send<EventResult>('POST', path`/user/${{ userId }}/events`, options, data),

    ...events(send, '/user/events'),

    /** A user's events, by creation: a page when awaited, all of them in `for await`. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, eventsOf, () => path`/user/${{ userId }}/events`, query, options),

    /** The events with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<EventsResult>('GET', `/events/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The events of the user whom the token speaks for. */
export function userEvents(send: Send) {
  return {
    /** Creates an event in one of the user's calendars. The token's policy must allow `CreateCalendarEvent`. */
    create: async (data: CreateEvent, options?: CreateOptions) =>
      send<EventResult>('POST', '/events', options, data),

    ...events(send, '/events'),

    /** The user's events, by creation: a page when awaited, all of them in `for await`. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, eventsOf, () => '/events', query, options),
  };
}

const eventsOf = (page: EventsPage) => page.events;

/** What both callers do alike, below a path of their own. With a token, its policy must allow each change. */
function events(send: Send, root: string) {
  return {
    /** The event of this id. */
    findById: async (eventId: string, options?: ReadOptions<EventResult>) =>
      send<EventResult>('GET', root + path`/${{ eventId }}`, options),

    /** Changes what is given, and keeps the rest; a changed `startTs` clears `exdates`. A token needs `UpdateCalendarEvent`. */
    update: async (eventId: string, data: UpdateEvent, options?: ChangeOptions) =>
      send<EventResult>('PUT', root + path`/${{ eventId }}`, options, data),

    /** Deletes the event. A token needs `DeleteCalendarEvent`. */
    remove: async (eventId: string, options?: ChangeOptions) =>
      send<EventResult>('DELETE', root + path`/${{ eventId }}`, options),

    /** The event, and when it takes place between two times (ms, at most 62 days apart). */
    getInstances: async (eventId: string, { startTs, endTs }: Timespan, options?: RequestOptions) =>
      send<InstancesResult>(
        'GET',
        root + path`/${{ eventId }}/instances` + query({ startTs, endTs }),
        options,
      ),
  };
}
