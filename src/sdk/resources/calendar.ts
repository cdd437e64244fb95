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

/** The calendars of all of the account's users. */
export function accountCalendars(send: Send) {
  return {
    /** Creates a calendar for a user. */
    create: async (userId: string, data: CreateCalendar, options?: CreateOptions) =>
      send<CalendarResult>('POST', path`/user/${{ userId }}/calendar`, options, data),

    ...calendars(send, '/user/calendar'),

    /** A user's calendars, by creation: a page when awaited, all of them in `for await`. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, calendarsOf, () => path`/user/${{ userId }}/calendar`, query, options),

    /** The calendars with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<CalendarsResult>('GET', `/calendar/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The calendars of the user whom the token speaks for. */
export function userCalendars(send: Send) {
  return {
    /** Creates a calendar. The token's policy must allow `CreateCalendar`. */
    create: async (data: CreateCalendar, options?: CreateOptions) =>
      send<CalendarResult>('POST', '/calendar', options, data),

    ...calendars(send, '/calendar'),

    /** The user's calendars, by creation: a page when awaited, all of them in `for await`. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, calendarsOf, () => '/calendar', query, options),
  };
}

const calendarsOf = (page: CalendarsPage) => page.calendars;

/** What both callers do alike, below a path of their own. With a token, its policy must allow each change. */
function calendars(send: Send, root: string) {
  return {
    /** The calendar of this id. */
    findById: async (calendarId: string, options?: ReadOptions<CalendarResult>) =>
      send<CalendarResult>('GET', root + path`/${{ calendarId }}`, options),

    /** Changes what is given, and keeps the rest. A token needs `UpdateCalendar`. */
    update: async (calendarId: string, data: UpdateCalendar, options?: ChangeOptions) =>
      send<CalendarResult>('PUT', root + path`/${{ calendarId }}`, options, data),

    /** Deletes the calendar, with its events. A token needs `DeleteCalendar`. */
    remove: async (calendarId: string, options?: ChangeOptions) =>
      send<CalendarResult>('DELETE', root + path`/${{ calendarId }}`, options),

    /**
     * The events that take place between two times (ms, at most 62 days apart), each with its instances. The window
     * is a `Timespan`, or a start and an end.
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
