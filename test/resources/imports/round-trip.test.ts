/** What a calendar says of itself as iCalendar text, and an import of that text: every occurrence at the same time. */
import { expect, it } from 'vitest';
import type { CalendarEvent, Occurrence } from '../../../src/sdk/types.ts';
import { newUser } from '../../support/client.ts';
import { between, byAccount, DAY, HOUR, made } from '../../support/events.ts';

const spring = between('2030-03-18T00:00Z', '2030-05-10T00:00Z');
const NINE = Date.UTC(2030, 2, 18, 8);

it('whole days, series and changed occurrences take place at the same times after an import', async () => {
  const user = await newUser();
  const [from, to] = [await user.newCalendar('Europe/Oslo'), await user.newCalendar('Asia/Tokyo')];
  const timed = { calendarId: from, startTs: NINE, duration: HOUR, busy: true };
  const weekly = await made(user, { ...timed, recurrence: { freq: 'weekly', interval: 1 } });
  const reminders = [{ delta: -10, identifier: 'soon' }];
  await made(user, { ...timed, reminders, recurrence: { freq: 'daily', interval: 3, count: 5 } });
  const dates = { calendarId: from, date: '2030-03-20', days: 2, busy: true };
  const days = await made(user, {
    ...dates,
    recurrence: { freq: 'weekly', interval: 2, until: '2030-05-01' },
  });
  await made(user, { ...dates, date: '2030-03-31', days: 1, busy: false, metadata: { title: 'Free' } });
  const put = (path: string, body: object) => byAccount.event(user, 'PUT', path, { body });
  await put(`${weekly.id}/instances/${NINE + 7 * DAY}`, {
    startTs: NINE + 8 * DAY,
    metadata: { title: 'Moved' },
  });
  await byAccount.event(user, 'DELETE', `${weekly.id}/instances/${NINE + 14 * DAY - HOUR}`);
  await put(`${days.id}/instances/2030-04-03`, { date: '2030-04-05', days: 1 });
  await byAccount.event(user, 'DELETE', `${days.id}/instances/2030-04-17`);
  const { body: text } = await user.call('GET', `/calendar/${from}.ics`);
  expect(text).toContain('RECURRENCE-ID;VALUE=DATE:20300403\r\nDTSTART;VALUE=DATE:20300405\r\nDURATION:P1D');
  expect(text).toContain('EXDATE;VALUE=DATE:20300417');
  expect(text).toContain('EXDATE;TZID=Europe/Oslo:20300401T090000');
  const headers = { 'content-type': 'text/calendar' };
  const { body: result } = await user.call('POST', `/calendar/${to}/import`, { raw: text, headers });
  expect(result.skipped).toEqual([]);
  const shown = async (calendar: string) => {
    const { events } = (await byAccount.week(user, calendar, spring)).body;
    return events
      .flatMap(({ event, instances }: { event: CalendarEvent; instances: Occurrence[] }) =>
        instances.map(({ startTs, endTs, busy, allDay, date, metadata = event.metadata }) =>
          // Whole days are in the zone of their calendar.
          JSON.stringify([allDay ? date : startTs, allDay ? null : endTs, busy, metadata]),
        ),
      )
      .sort();
  };
  const before = await shown(from);
  expect(before.length).toBeGreaterThan(14);
  expect(await shown(to)).toEqual(before);
});
