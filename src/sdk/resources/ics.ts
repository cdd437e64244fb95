/** The methods for iCalendar text, and for the feeds of calendars. */
import type { Answer } from '../answer.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  CreateFeed,
  CreateFeedResult,
  FeedResult,
  FeedsResult,
  ICalendarText,
  ImportResult,
} from '../types.ts';
import { path } from '../url.ts';

type TextOptions = ReadOptions<ICalendarText>;

/** Reads an answer that is text and no JSON. */
async function text(send: Send, path: string, options?: TextOptions): Promise<Answer<ICalendarText>> {
  const answer = await send<ICalendarText>('GET', path, options, undefined, { streams: true });
  return answer.res.ok ? { ...answer, data: await answer.res.text(), error: undefined } : answer;
}

/** The method of both clients for bookings. */
export function bookingText(send: Send) {
  return {
    /** Returns a booking as iCalendar text with one event, for a mail. */
    ics: async (bookingId: string, options?: TextOptions) =>
      text(send, path`/booking/${{ bookingId }}.ics`, options),
  };
}

/** The methods of both clients for calendars, below the path of each. */
export function calendarText(send: Send, root: string) {
  return {
    /** Returns a calendar as iCalendar text: its events of the last 90 days and all to come. */
    ics: async (calendarId: string, options?: TextOptions) =>
      text(send, root + path`/${{ calendarId }}.ics`, options),

    /**
     * Adds the events of a calendar file, iCalendar text of at most 1 MiB, to a calendar. The same file changes nothing, so it
     * is safe to repeat. A token needs `CreateCalendarEvent`.
     */
    import: async (calendarId: string, text: ICalendarText, options?: RequestOptions) =>
      send<ImportResult>('POST', root + path`/${{ calendarId }}/import`, options, undefined, { text }),

    /** The addresses under which calendar apps read a calendar. A token needs `UpdateCalendar`. */
    feeds: {
      /** Returns the feeds of a calendar, without their addresses. */
      list: async (calendarId: string, options?: RequestOptions) =>
        send<FeedsResult>('GET', root + path`/${{ calendarId }}/feeds`, options),

      /** Creates a feed. The service never returns its `url` again. */
      create: async (calendarId: string, data: CreateFeed, options?: CreateOptions) =>
        send<CreateFeedResult>('POST', root + path`/${{ calendarId }}/feeds`, options, data),

      /** Removes a feed: its address stops working. */
      remove: async (calendarId: string, feedId: string, options?: ChangeOptions) =>
        send<FeedResult>('DELETE', root + path`/${{ calendarId }}/feeds/${{ feedId }}`, options),

      /** Returns the text of a feed by the secret in its address, without other credentials. */
      read: async (secret: string, options?: TextOptions) =>
        text(send, path`/feed/${{ secret }}.ics`, options),
    },
  };
}
