import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  CalendarEventsResult,
  CalendarResult,
  CalendarsPage,
  CalendarsResult,
  CreateCalendar,
  ListQuery,
  MetadataQuery,
  Timespan,
  UpdateCalendar,
} from '../types.ts';
import { path, query } from '../url.ts';
import { calendarText } from './ics.ts';

/** The methods for the calendars of all users of the account. */
export function accountCalendars(send: Send) {
  return {
    /** Creates a calendar for a user. */
    create: async (userId: string, data: CreateCalendar, options?: CreateOptions) =>
      send<CalendarResult>('POST', path`/user/${{ userId }}/calendar`, options, data),

    ...calendars(send, '/user/calendar'),
    ...calendarText(send, '/user/calendar'),

    /** Lists a user's calendars in creation order: `await` returns a page, `for await` iterates over all. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, calendarsOf, () => path`/user/${{ userId }}/calendar`, query, options),

    /** Returns the calendars with this metadata entry, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<CalendarsResult>('GET', `/calendar/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The methods for the calendars of the token's user. */
export function userCalendars(send: Send) {
  return {
    /** Creates a calendar. The token needs `CreateCalendar`. */
    create: async (data: CreateCalendar, options?: CreateOptions) =>
      send<CalendarResult>('POST', '/calendar', options, data),

    ...calendars(send, '/calendar'),
    ...calendarText(send, '/calendar'),

    /** Lists the user's calendars in creation order: `await` returns a page, `for await` iterates over all. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, calendarsOf, () => '/calendar', query, options),
  };
}

const calendarsOf = (page: CalendarsPage) => page.calendars;

/** The methods of both clients, below the path of each. A token's policy must allow each change. */
function calendars(send: Send, root: string) {
  return {
    /** Returns a calendar. */
    findById: async (calendarId: string, options?: ReadOptions<CalendarResult>) =>
      send<CalendarResult>('GET', root + path`/${{ calendarId }}`, options),

    /** Updates the given members of a calendar. A token needs `UpdateCalendar`. */
    update: async (calendarId: string, data: UpdateCalendar, options?: ChangeOptions) =>
      send<CalendarResult>('PUT', root + path`/${{ calendarId }}`, options, data),

    /** Fetches the subscription of a calendar now, at most once a minute. A token needs `UpdateCalendar`. */
    refresh: async (calendarId: string, options?: RequestOptions) =>
      send<CalendarResult>('POST', root + path`/${{ calendarId }}/refresh`, options),

    /** Deletes a calendar and its events. A token needs `DeleteCalendar`. */
    remove: async (calendarId: string, options?: ChangeOptions) =>
      send<CalendarResult>('DELETE', root + path`/${{ calendarId }}`, options),

    /**
     * Returns the events between two times (ms, at most 62 days apart), each with its instances. Pass a `Timespan`, or a
     * start and an end.
     */
    getEvents: async (calendarId: string, ...window: Window) => {
      const [{ startTs, endTs }, options] = isTimespan(window)
        ? window
        : [{ startTs: window[0], endTs: window[1] }, window[2]];
      return send<CalendarEventsResult>(
        'GET',
        root + path`/${{ calendarId }}/events` + query({ startTs, endTs }),
        options,
      );
    },
  };
}

type ByTimespan = [timespan: Timespan, options?: RequestOptions];
type Window = ByTimespan | [startTs: number, endTs: number, options?: RequestOptions];

const isTimespan = (window: Window): window is ByTimespan => typeof window[0] === 'object';
