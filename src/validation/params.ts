/** Every parameter of a path, and its form. A value of another form is the id of nothing. */
import * as v from 'valibot';
import { uuid } from './schemas.ts';

export const params = {
  userId: uuid(),
  calendarId: uuid(),
  eventId: uuid(),
  apiKeyId: uuid(),
  kid: v.string(),
  scheduleId: uuid(),
  serviceId: uuid(),
  bookingId: uuid(),
  deliveryId: uuid(),
} satisfies Record<string, v.GenericSchema<string>>;

export type ParamName = keyof typeof params;
