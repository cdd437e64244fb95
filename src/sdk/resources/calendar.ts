import type { Send } from '../request.ts';
import type {
  CalendarEventsResult,
  CalendarResult,
  CalendarsResult,
  CreateCalendar,
  MetadataQuery,
  Timespan,
  UpdateCalendar,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The calendars of all of the account's users. */
export function accountCalendars(send: Send) {
  return {
    /** Creates a calendar for a user. */
    create: async (userId: string, data: CreateCalendar) =>
      send<CalendarResult>('POST', path`/user/${userId}/calendar`, data),

    ...calendars(send, '/user/calendar'),

    /** The calendars with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20) =>
      send<CalendarsResult>('GET', `/calendar/meta${query({ key, value, skip, limit })}`),
  };
}

/** The calendars of the user whom the token speaks for. */
export function userCalendars(send: Send) {
  return {
    /** Creates a calendar. The token's policy must allow `CreateCalendar`. */
    create: async (data: CreateCalendar) => send<CalendarResult>('POST', '/calendar', data),

    ...calendars(send, '/calendar'),
  };
}

/** What both callers do alike, below a path of their own. With a token, its policy must allow each change. */
function calendars(send: Send, root: string) {
  return {
    /** The calendar of this id. */
    findById: async (calendarId: string) => send<CalendarResult>('GET', root + path`/${calendarId}`),

    /** Changes what is given, and keeps the rest. A token needs `UpdateCalendar`. */
    update: async (calendarId: string, data: UpdateCalendar) =>
      send<CalendarResult>('PUT', root + path`/${calendarId}`, data),

    /** Deletes the calendar, with its events. A token needs `DeleteCalendar`. */
    remove: async (calendarId: string) => send<CalendarResult>('DELETE', root + path`/${calendarId}`),

    /**
     * The events that take place between two times (ms, at most 62 days apart), each with its instances. The window
     * is a `Timespan`, or a start and an end.
     */
    getEvents: async (
      calendarId: string,
      ...window: [timespan: Timespan] | [startTs: number, endTs: number]
    ) => {
      const [startTs, endTs] = window.length === 2 ? window : [window[0].startTs, window[0].endTs];
      return send<CalendarEventsResult>(
        'GET',
        root + path`/${calendarId}/events` + query({ startTs, endTs }),
      );
    },
  };
}
