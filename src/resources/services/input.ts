/** What is asked of a service and of its hosts. Their times are in minutes. */
import * as v from 'valibot';
import { Problem } from '../../problem.ts';
import { integer, metadata, shape, uuid } from '../../validation/schemas.ts';

const MAX_SEATS = 10_000;
/** Minutes. */
const MAX_BUFFER = 720;
/** Ten years, in minutes. */
const MAX_AHEAD = 5_270_400;

const multiPerson = v.variant(
  'variant',
  [
    shape({
      variant: v.literal('roundRobinAlgorithm'),
      data: v.picklist(['availability', 'equalDistribution'], 'must be availability or equalDistribution'),
    }),
    shape({ variant: v.literal('collective') }),
    shape({ variant: v.literal('group'), data: integer(1, MAX_SEATS, 'seats') }),
  ],
  'must be { variant: "roundRobinAlgorithm", "collective" or "group", data }',
);

export const creation = shape({
  multiPerson: v.optional(multiPerson, { variant: 'roundRobinAlgorithm', data: 'availability' }),
  metadata: v.optional(metadata, {}),
});

/** What is absent stays as it is. */
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
  bufferBefore: v.optional(integer(0, MAX_BUFFER, 'minutes')),
  bufferAfter: v.optional(integer(0, MAX_BUFFER, 'minutes')),
  closestBookingTime: v.optional(integer(0, MAX_AHEAD, 'minutes')),
  furthestBookingTime: v.optional(v.nullable(integer(0, MAX_AHEAD, 'minutes'))),
  bookingCalendarId: v.optional(v.nullable(uuid())),
};

export const newHost = shape({ userId: uuid(), ...settings });
/** What is absent stays as it is. */
export const hostUpdate = shape(settings);

export const busyCalendar = shape({
  busy: shape({
    provider: v.picklist(['Nettu', 'Google', 'Outlook'], 'must be Nettu'),
    id: v.string('must be a string'),
  }),
});

export type ServiceUpdate = v.InferOutput<typeof update>;
export type NewService = v.InferOutput<typeof creation>;
export type HostUpdate = v.InferOutput<typeof hostUpdate>;

/**
 * The calendar that is named.
 *
 * @throws Problem `provider-unsupported` for calendars that are kept elsewhere.
 */
export function calendarIn({ busy }: v.InferOutput<typeof busyCalendar>): string {
  if (busy.provider === 'Nettu') return busy.id;
  throw new Problem(
    'provider-unsupported',
    `Calendars of ${busy.provider} cannot be read yet. Use provider Nettu.`,
  );
}
