/** The words of the contract as constants, for code that prefers a name to a string. */
import type { FrequencyName, Permission } from './types.ts';

/** What a token's policy can allow or reject: the one list of it, for both sides of the wire. */
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

/** As `Frequency`, under the name that earlier versions of this package gave it. */
export const Frequenzy = Frequency;
export type Frequenzy = Frequency;
