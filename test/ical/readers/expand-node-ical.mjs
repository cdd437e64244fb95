/** Expands iCalendar files with node-ical. Reads and writes JSON. */
import { readFileSync } from 'node:fs';
import nodeIcal from 'node-ical';

const results = JSON.parse(readFileSync(0, 'utf8')).map(({ file, startTs, endTs }) => {
  const found = {};
  let events = [];
  try {
    events = Object.values(nodeIcal.sync.parseFile(file));
  } catch (error) {
    return { error: String(error) };
  }
  for (const event of events) {
    if (event.type !== 'VEVENT') continue;
    for (const { start, end } of nodeIcal.expandRecurringEvent(event, {
      from: new Date(startTs),
      to: new Date(endTs - 1),
    }))
      if (+start < endTs && (+end > startTs || +start >= startTs))
        found[event.uid] = [...(found[event.uid] ?? []), [+start, +end]];
  }
  return found;
});
process.stdout.write(JSON.stringify(results));
