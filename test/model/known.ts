/**
 * Faults that the Worker still has, each by its rule: whoever repairs one deletes its line. No sequence goes on after one of
 * them, but those that are `harmless`: nothing else comes of them.
 */
export interface KnownFault {
  rule: string;
  because: string;
  harmless?: true;
  /** Requests with this verdict are left out of the sequences. */
  skips?: string;
}

export const KNOWN: readonly KnownFault[] = [
  {
    rule: 'accepted: booking-event',
    skips: 'booking-event',
    because: 'PUT of an event of a booking takes exdates, recurrence, serviceId and busy',
  },
  {
    rule: "accepted: a booking's event onto a booking",
    skips: "a booking's event onto a booking",
    because: 'PUT of an event of a booking moves it onto another booking',
  },
  {
    rule: 'accepted: a direct event onto a booking',
    skips: 'a direct event onto a booking',
    because: 'an event with a serviceId is taken over a booking',
  },
  {
    rule: 'an event of two bookings',
    because: 'the first seat of a service that becomes a group joins a booking that was made alone',
  },
  { rule: 'two bookings overlap', because: 'the same, where two such bookings have the slot' },
  {
    rule: 'refused: an event of a booking',
    harmless: true,
    because: 'PUT of the event of a booking of several hosts with the time that it has is booking-shared',
  },
  {
    rule: 'refused: confirming',
    harmless: true,
    because: 'a hold whose host was removed from the service is not confirmed, although it is live',
  },
  {
    rule: 'a list of bookings',
    harmless: true,
    because: 'a booking that its event made longer than a day is not found in a later window',
  },
  { rule: "imported: a group's event has an attendee's metadata", harmless: true, because: 'as above' },
  { rule: 'two direct events with a serviceId overlap', because: 'the same, at once' },
  { rule: 'a booking and a direct event overlap', because: 'the same, at once' },
  {
    rule: "a group's event has an attendee's metadata",
    harmless: true,
    because: 'the first seat gives the event its metadata',
  },
  {
    rule: 'a replayed answer is not the booking as it is now',
    harmless: true,
    because: 'a replay answers what was stored with its key',
  },
];
