/** The introduction and the groups of the description. */
import type { Tag } from '../operation-docs.ts';

export const overview = `Calendars, events, free/busy and booking for web apps, without a backend of their own.

- Bodies are JSON. A time is in milliseconds since the Unix epoch (UTC), a duration is in milliseconds, and both are
  integers. The few fields in minutes or seconds say so.
- Every error is a problem document (RFC 9457) with a stable \`code\`. A request that fails changes nothing,
  unless the \`detail\` of a 503 says that it may have.
- A resource of another account or user is 404, exactly as if it did not exist.
- Many operations have two paths: one for a user's token, which reaches the resources of that user, and one for the API
  key, which reaches every resource of the account. The name of the second one ends in \`AsAccount\`.
- A response with one resource has an \`etag\`. Send an \`Idempotency-Key\` when you create a resource, and you can retry
  the request safely.
- HEAD works wherever GET does. If a path does not support the method, the response is 405 \`method-not-allowed\`, with
  the supported methods in \`allow\`. An unknown path is 404 \`route-unknown\`.
- Web pages of any origin may call the API (CORS).`;

/** In the order of the reference. */
export const tags = {
  Service: 'The health of the service.',
  Account: 'Your account: its settings, its signing key and its export.',
  Webhook:
    'The service sends reminders and changes to your webhook, signed as Standard Webhooks specifies, and logs the deliveries.',
  Keys: "The signing keys: public keys that verify users' tokens. The API keys of your account. You can rotate both without downtime.",
  Users: 'The users of your account. A token acts for one user.',
  Calendars:
    'A calendar holds events of a user. Recurring events repeat in its time zone, and weeks begin on its first day of the week.',
  Events: 'An event takes place once, or repeats by the rules of RFC 5545 in the time zone of its calendar.',
  'Free/busy': 'The times at which a user is busy, without any details of the events.',
  Schedules: "A user's opening hours, by weekday and by date. A date without hours is time off.",
  Services: 'A service is something that people can book. Its hosts are the users who take the bookings.',
  Booking:
    'The slots of a service, and its bookings. However many requests arrive at once, a slot is never overbooked.',
} satisfies Record<Tag, string>;
