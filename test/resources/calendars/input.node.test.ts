/** Validation of a calendar's fields, in creations and updates: each error names its path. */
import { expect, it } from 'vitest';
import { bodyOf, expectInvalidBody } from '../../support/parse.ts';
import { WEEKDAYS } from '../../support/schedule-rules.ts';

const zones = [5, '', ' ', 'Nowhere', 'Europe/oslo', 'utc', 'Europe/Oslo ', '+01:00', 'UTC+1', 'PST'];
const days = [7, -1, 1.5, '0', 'mon', 'Monday', '', true, [], {}, ['Mon']];

it.each([
  ...[...zones, 'SystemV/PST8', '\u0000', ['UTC'], {}, true].map((value) => ['timezone', value] as const),
  ...days.map((value) => ['weekStart', value] as const),
  ...[[], 'a', 5].map((value) => ['metadata', value] as const),
])('rejects %s %j', async (field, value) => {
  await expectInvalidBody('createCalendar', { timezone: 'UTC', [field]: value }, field);
  await expectInvalidBody('changeCalendar', { [field]: value }, field);
  if (field !== 'metadata') {
    await expectInvalidBody('changeCalendar', { settings: { [field]: value } }, `settings.${field}`);
  }
});

it('rejects a calendar without a time zone, and settings that are not an object', async () => {
  await expectInvalidBody('createCalendar', {}, 'timezone');
  await expectInvalidBody('createCalendar', { timezone: null }, 'timezone');
  await expectInvalidBody('createCalendar', { settings: { timezone: 'UTC' } }, 'timezone');
  for (const settings of [5, 'UTC', ['UTC']]) {
    await expectInvalidBody('changeCalendar', { settings }, 'settings');
  }
});

it('lists every error in one response', async () => {
  const body = { timezone: 'x', weekStart: 'x', metadata: { a: 1 } };
  await expectInvalidBody('createCalendar', body, 'timezone', 'weekStart', 'metadata.a');
});

it.each([...WEEKDAYS.entries()])(
  'accepts %i as the start of the week, and reads it as %s',
  async (number, name) => {
    for (const weekStart of [number, name]) {
      expect(await bodyOf('createCalendar', { timezone: 'UTC', weekStart })).toMatchObject({
        weekStart: name,
      });
      expect(await bodyOf('changeCalendar', { weekStart })).toMatchObject({ weekStart: name });
    }
  },
);
