/** The words of the contract as constants, for code that prefers a name to a string. */
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

/** As `Frequency`, under the name that earlier versions of this package gave it. */
export const Frequenzy = Frequency;
export type Frequenzy = Frequency;

/** What a schedule's rule is for: a weekday, or one date in its place. */
export const ScheduleRuleVariant = { WDay: 'WDay', Date: 'Date' } as const satisfies {
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

/** Whose calendar keeps a host from being booked. The service takes its own alone, so far (`provider-unsupported`). */
export const BusyCalendarProvider = {
  Nettu: 'Nettu',
  Google: 'Google',
  Outlook: 'Outlook',
} as const satisfies {
  [Name in BusyCalendarChange['busy']['provider']]: Name;
};
export type BusyCalendarProvider = BusyCalendarChange['busy']['provider'];
