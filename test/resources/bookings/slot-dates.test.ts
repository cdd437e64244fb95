/** The dates of a slots query: in the viewer's time zone, each with a grid of its own. */
import { expect, it } from 'vitest';
import { DAY, HOUR, hours, MINUTE, ms, open, slotsOf, timesOf } from '../../support/scheduling.ts';

it("groups slots by date in the viewer's zone, and prefers timezone to ianaTz", async () => {
  const { account, service } = await open('12:00-16:00');
  const day = { startDate: '2030-01-08' };
  const utc = { '2030-01-08': hours(12, 15).join(' ') };
  const tokyo = { '2030-01-08': '15:00 12:00 13:00 14:00' };
  expect(await timesOf(account, service, day)).toEqual(utc);
  expect(await timesOf(account, service, { ...day, timezone: 'UTC', ianaTz: 'Asia/Tokyo' })).toEqual(utc);
  for (const zone of [
    { timezone: 'Asia/Tokyo' },
    { ianaTz: 'Asia/Tokyo' },
    { timezone: 'Asia/Tokyo', ianaTz: 'UTC' },
  ]) {
    expect(await timesOf(account, service, { ...day, ...zone })).toEqual(tokyo);
  }
});

it("counts the interval from midnight on the viewer's clock, in a gap, an overlap and a half-hour offset", async () => {
  const { account, service } = await open();
  const two = { duration: HOUR, interval: 2 * HOUR };
  const spring = { startDate: '2030-03-31', endDate: '2030-04-01', timezone: 'Europe/Oslo', ...two };
  expect(await timesOf(account, service, spring)).toEqual({
    '2030-03-31': '23:00 02:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00',
    '2030-04-01': '22:00 00:00 02:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00',
  });
  const autumn = { startDate: '2030-10-27', timezone: 'Europe/Oslo', ...two };
  expect(await timesOf(account, service, autumn)).toEqual({
    '2030-10-27': '22:00 00:00 01:00 03:00 05:00 07:00 09:00 11:00 13:00 15:00 17:00 19:00 21:00',
  });
  const kolkata = await slotsOf(account, service, { timezone: 'Asia/Kolkata' });
  expect(kolkata[0]?.slots[0]?.start).toBe(ms('2030-01-07T00:00+05:30'));
  expect(kolkata[0]?.slots).toHaveLength(24);
});

it('omits dates without slots, and accepts dates without leading zeros', async () => {
  const { account, service, user } = await open('09:00-10:00');
  const days = { startDate: '2030-1-7', endDate: '2030-1-9' };
  expect(await timesOf(account, service, days)).toEqual({
    '2030-01-07': '09:00',
    '2030-01-08': '09:00',
    '2030-01-09': '09:00',
  });
  const path = `/service/${service}/users/${user.id}`;
  await account.call('PUT', path, { body: { availability: { variant: 'Empty' } } });
  expect(await slotsOf(account, service, days)).toEqual([]);
});

it('returns only slots that end within the window', async () => {
  const { account, service } = await open();
  const query = { duration: 90 * MINUTE, interval: HOUR };
  const one = await timesOf(account, service, query);
  expect(one).toEqual({ '2030-01-07': hours(0, 22).join(' ') });
  const two = await timesOf(account, service, { ...query, endDate: '2030-01-08' });
  expect(two['2030-01-07']).toBe(hours(0, 23).join(' '));
  expect(two['2030-01-08']).toBe(hours(0, 22).join(' '));
});

it('fits one slot of a whole day, and 288 at the smallest interval', async () => {
  const { account, service } = await open();
  expect(await timesOf(account, service, { duration: DAY, interval: 5 * MINUTE })).toEqual({
    '2030-01-07': '00:00',
  });
  const [{ slots } = { slots: [] }] = await slotsOf(account, service, {
    duration: MINUTE,
    interval: 5 * MINUTE,
  });
  expect(slots).toHaveLength(288);
  const odd = await slotsOf(account, service, { duration: MINUTE + 1, interval: 5 * MINUTE + 7 });
  expect(odd[0]?.slots[2]).toMatchObject({ start: ms('2030-01-07T00:10Z') + 14, duration: MINUTE + 1 });
});

it('returns the same slots for a date whatever other dates the query includes', async () => {
  const { account, service } = await open('07:10-23:00', { timezone: 'Europe/Oslo' });
  const query = { timezone: 'America/St_Johns', duration: 50 * MINUTE, interval: 35 * MINUTE };
  const range = { ...query, startDate: '2030-03-08', endDate: '2030-04-02' };
  const all = await slotsOf(account, service, range);
  expect(all).toHaveLength(26);
  for (const date of all.slice(0, -1)) {
    const next = new Date(Date.parse(date.date) + DAY).toISOString().slice(0, 10);
    const [alone] = await slotsOf(account, service, { ...query, startDate: date.date, endDate: next });
    expect(alone).toEqual(date);
  }
});
