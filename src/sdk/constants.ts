/** The strings of the contract as constants. */
import type {
  BusyCalendarChange,
  FrequencyName,
  Permission,
  ScheduleRule,
  Weekday as WeekdayName,
} from './types.ts';

/** The permissions that a token's policy can allow or reject. The service uses this list too. */
export const Permissions = {
  All: '*',
  CreateCalendar: 'CreateCalendar',
  DeleteCalendar: 'DeleteCalendar',
  UpdateCalendar: 'UpdateCalendar',
  CreateCalendarEvent: 'CreateCalendarEvent',
  DeleteCalendarEvent: 'DeleteCalendarEvent',
  UpdateCalendarEvent: 'UpdateCalendarEvent',
  CreateSchedule: 'CreateSchedule',
  UpdateSchedule: 'UpdateSchedule',
  DeleteSchedule: 'DeleteSchedule',
  CreateBooking: 'CreateBooking',
  UpdateBooking: 'UpdateBooking',
  CancelBooking: 'CancelBooking',
} as const;
export type Permissions = Permission;

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

/** Whether a schedule's rule applies to a weekday, or to a single date, which overrides its weekday. */
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

/** The provider of a busy calendar. The service supports only `Nettu` so far, and returns `provider-unsupported` for others. */
export const BusyCalendarProvider = {
  Nettu: 'Nettu',
  Google: 'Google',
  Outlook: 'Outlook',
} as const satisfies {
  [Name in BusyCalendarChange['busy']['provider']]: Name;
};
export type BusyCalendarProvider = BusyCalendarChange['busy']['provider'];
