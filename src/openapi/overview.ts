/** The introduction and the groups of the description. */
import type { Tag } from '../operation-docs.ts';

export const overview = `Calendars, events, free/busy and booking for web apps, without a backend of their own.

- Bodies are JSON. Times and durations are whole milliseconds (Unix epoch, UTC), unless a member says minutes.
- Every error is a problem document (RFC 9457) with a stable \`code\`. A request that fails changes nothing.
- A resource of another account or another user is a 404, exactly as if it did not exist.
- An operation with two paths has two names. With a token, it acts on the resources of the token's user. With the API key,
  it reaches every resource of the account, and its name ends in \`AsAccount\`.
- An answer with one resource has an \`etag\`. Creations take an \`Idempotency-Key\`, which makes them safe to retry.
- HEAD works wherever GET does. Another method on a known path is 405 \`method-not-allowed\` with \`allow\`; an unknown path
  is 404 \`route-unknown\`. Pages of any origin may call.`;

/** In the order of the reference. */
export const tags = {
  Service: 'Whether the service is up.',
  Account: "A company's account: its settings, its public key and its export.",
  Webhook: 'Reminders and changes, signed as in Standard Webhooks, and their deliveries.',
  Keys: "The public keys that verify users' tokens, and the API keys of the account. Rotate both without an outage.",
  Users: 'The users of the account. A token acts for one of them.',
  Calendars: 'A calendar has a time zone and a first day of the week, by which its recurring events repeat.',
  Events: 'An event repeats by the rules of RFC 5545, in the time zone of its calendar.',
  'Free/busy': 'When a user is busy, and nothing else about it.',
  Schedules: "A user's opening hours, by weekday and by date: time off is a date without hours.",
  Services: 'A service can be booked. Its hosts are the users who take its bookings.',
  Booking: 'The slots of a service, and its bookings. Two bookings never overlap.',
} satisfies Record<Tag, string>;
