/** The media type of iCalendar text. */
export const ICALENDAR = 'text/calendar; charset=utf-8';
