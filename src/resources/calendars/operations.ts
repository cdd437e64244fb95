/** Operations on calendars. The events of a deleted calendar go with it at once: see db/removed.ts. */
import { crud } from '../crud.ts';
import * as input from './input.ts';
import { calendars } from './table.ts';

export const {
  create: createCalendar,
  get: getCalendar,
  change: changeCalendar,
  remove: removeCalendar,
  find: findCalendars,
  list: listCalendars,
} = crud({ table: calendars, params: ['calendarId'], creation: input.creation, update: input.update });
