/** The input of the operations on services and their hosts. Their times are in minutes. */
import * as v from 'valibot';
import { BOOKING_TIME_MAX_MINUTES, BUFFER_MAX_MINUTES, SEATS_MAX } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import { inLowerCase, integer, metadata, shape, uuid } from '../../validation/schemas.ts';

const multiPerson = v.variant(
  'variant',
  [
    shape({
      variant: v.literal('roundRobinAlgorithm'),
      data: v.picklist(['availability', 'equalDistribution'], 'must be availability or equalDistribution'),
    }),
    shape({ variant: v.literal('collective') }),
    shape({ variant: v.literal('group'), data: integer(1, SEATS_MAX, 'seats') }),
  ],
  'must be { variant: "roundRobinAlgorithm", "collective" or "group", data }',
);

export const creation = shape({
  multiPerson: v.optional(multiPerson, { variant: 'roundRobinAlgorithm', data: 'availability' }),
  metadata: v.optional(metadata, {}),
});

/** An absent member stays as it is. */
export const update = shape({ multiPerson: v.optional(multiPerson), metadata: v.optional(metadata) });

const availability = v.variant(
  'variant',
  [
    shape({ variant: v.literal('Calendar'), id: uuid() }),
    shape({ variant: v.literal('Schedule'), id: uuid() }),
    shape({ variant: v.literal('Empty') }),
  ],
  'must be { variant: "Calendar" or "Schedule", id } or { variant: "Empty" }',
);

const settings = {
  availability: v.optional(availability),
  bufferBefore: v.optional(integer(0, BUFFER_MAX_MINUTES, 'minutes')),
  bufferAfter: v.optional(integer(0, BUFFER_MAX_MINUTES, 'minutes')),
  closestBookingTime: v.optional(integer(0, BOOKING_TIME_MAX_MINUTES, 'minutes')),
  furthestBookingTime: v.optional(v.nullable(integer(0, BOOKING_TIME_MAX_MINUTES, 'minutes'))),
  bookingCalendarId: v.optional(v.nullable(uuid())),
};

export const newHost = shape({ userId: uuid(), ...settings });
/** An absent member stays as it is. */
export const hostUpdate = shape(settings);

export const busyCalendar = shape({
  busy: shape({
    provider: v.picklist(['Nettu', 'Google', 'Outlook'], 'must be Nettu'),
    id: v.string('must be a string'),
  }),
});

export type HostUpdate = v.InferOutput<typeof hostUpdate>;

/**
 * The id of the busy calendar.
 *
 * @throws Problem `provider-unsupported` for a calendar of another provider.
 */
export function calendarIn({ busy }: v.InferOutput<typeof busyCalendar>): string {
  if (busy.provider === 'Nettu') return inLowerCase(busy.id);
  throw new Problem(
    'provider-unsupported',
    `The service does not read calendars of ${busy.provider}. Use the provider Nettu.`,
  );
}
