/** The strings of the contract as constants. */
import type { BusyCalendarChange, FrequencyName, ScheduleRule, Weekday as WeekdayName } from './types.ts';

export { Permissions } from './permissions.ts';

/** How often an event repeats. */
export const Frequency = {
  Daily: 'daily',
  Weekly: 'weekly',
  Monthly: 'monthly',
  Yearly: 'yearly',
} as const satisfies Record<string, FrequencyName>;
export type Frequency = FrequencyName;

/** The name of `Frequency` in earlier versions of this package. */
export const Frequenzy = Frequency;
export type Frequenzy = Frequency;

/** Whether a schedule's rule applies to a weekday, to the dates from one to another, or to a single date. */
export const ScheduleRuleVariant = { WDay: 'WDay', Date: 'Date', Dates: 'Dates' } as const satisfies {
  [Type in ScheduleRule['variant']['type']]: Type;
};
export type ScheduleRuleVariant = ScheduleRule['variant']['type'];

export const Weekday = {
  Mon: 'Mon',
  Tue: 'Tue',
  Wed: 'Wed',
  Thu: 'Thu',
  Fri: 'Fri',
  Sat: 'Sat',
  Sun: 'Sun',
} as const satisfies { [Name in WeekdayName]: Name };
export type Weekday = WeekdayName;

/** The provider of a busy calendar. The service supports only `Nettu` so far, and returns `provider-unsupported` for others. */
export const BusyCalendarProvider = {
  Nettu: 'Nettu',
  Google: 'Google',
  Outlook: 'Outlook',
} as const satisfies {
  [Name in BusyCalendarChange['busy']['provider']]: Name;
};
export type BusyCalendarProvider = BusyCalendarChange['busy']['provider'];
