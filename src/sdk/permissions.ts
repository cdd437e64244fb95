/** The permissions of the contract: this file imports nothing, so that the types can derive from it. */

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
export type Permissions = (typeof Permissions)[keyof typeof Permissions];
