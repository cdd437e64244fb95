/** Expands iCalendar files with ical.js, which takes each zone from its VTIMEZONE. Reads and writes JSON. */
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

const results = JSON.parse(readFileSync(0, 'utf8')).map(({ file, startTs, endTs }) => {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, 'utf8')));
  for (const zone of calendar.getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(new ICAL.Timezone(zone), zone.getFirstPropertyValue('tzid'));
  const found = {};
  for (const component of calendar.getAllSubcomponents('vevent')) {
    if (component.hasProperty('recurrence-id')) continue;
    const event = new ICAL.Event(component);
    for (const other of calendar.getAllSubcomponents('vevent'))
      if (other.hasProperty('recurrence-id') && other.getFirstPropertyValue('uid') === event.uid)
        event.relateException(other);
    const add = ({ startDate, endDate }) => {
      const [start, end] = [startDate, endDate].map((time) => time.toUnixTime() * 1000);
      if (start < endTs && (end > startTs || start >= startTs))
        found[event.uid] = [...(found[event.uid] ?? []), [start, end]];
    };
    if (!event.isRecurring()) {
      add(event);
      continue;
    }
    const iterator = event.iterator();
    for (let time = iterator.next(), i = 0; time && i < 30000; time = iterator.next(), i++) {
      if (time.toUnixTime() * 1000 >= endTs + 86400000) break;
      add(event.getOccurrenceDetails(time));
    }
  }
  return found;
});
process.stdout.write(JSON.stringify(results));
