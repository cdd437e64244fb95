/** The UIDs of imported events in SQL: the columns. */
import { integer, table, text } from '../../db/table.ts';

export const importedEvents = table({
  type: 'importedEvent',
  name: 'imported_events',
  columns: {
    calendar_id: text,
    event_id: text,
    uid: text,
    piece: text,
    sequence: integer,
    modified: integer,
  },
  belongs: { event_id: 'events', calendar_id: 'calendars' },
});
