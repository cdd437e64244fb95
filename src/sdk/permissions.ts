/** The permissions of the contract. This file imports nothing, so that the types and the constants can both read it. */

/** The permissions that a token's policy can allow or reject: the one list, for the service and its clients. */
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
