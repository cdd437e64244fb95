/**
 * The resources of an account that notify its webhook, by the first word of their change types; the SDK's types name the
 * same ones. Each stands after those that it refers to: an export writes them in this order.
 */
import type { AnyResourceTable } from '../db/table.ts';
import type { ChangedResource } from '../sdk/types.ts';
import { bookings } from './bookings/table.ts';
import { calendars } from './calendars/table.ts';
import { events } from './events/table.ts';
import { schedules } from './schedules/table.ts';
import { services } from './services/table.ts';
import { users } from './users/table.ts';

export const resourceTables = {
  user: users,
  calendar: calendars,
  event: events,
  schedule: schedules,
  service: services,
  booking: bookings,
} satisfies { [Type in ChangedResource]: AnyResourceTable & { type: Type } };
