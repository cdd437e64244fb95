/** Loads the module that few requests need, once an isolate needs it. It stands beside the Worker, so that no other request pays for it. */

/** The media type of iCalendar text. */
export const ICALENDAR = 'text/calendar; charset=utf-8';

export const loadLazy = () => import('./lazy.js');
