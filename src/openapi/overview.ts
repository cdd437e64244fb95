/** What the description says before it comes to the routes. */

export const overview = `Calendars, events, free/busy and booking for web apps, without a backend of their own.

- Bodies are JSON. Times and durations are whole milliseconds (Unix epoch, UTC), unless a member says minutes.
- Every error is a problem document (RFC 9457). Its \`code\` is a word to switch on. A request that fails changes nothing.
- What belongs to another account, or to another user, is a 404, exactly as if it did not exist.
- An operation with two paths has two names. With a token it means what is the token's user's own. With the API key it
  reaches all that is the account's, and its name ends in \`AsAccount\`.
- An answer with one resource has an \`etag\`. Creations take an \`Idempotency-Key\`, so that they can be sent again.
- A GET takes HEAD too. Another method on a path is 405 \`method-not-allowed\`, with \`allow\`; any other path is 404
  \`route-unknown\`. Pages of any origin may call.`;

/** In the order in which they are shown. */
export const tags = {
  Service: 'Whether it is up.',
  Account: 'What a company has here: its settings, its public key.',
  Webhook:
    'Where the account is told of reminders and changes, signed as in Standard Webhooks, and what became of it.',
  Keys: "The public keys that users' tokens are verified with, and the API keys of the account's servers. Both can be rotated without an outage.",
  Users: 'The users of the account. A token speaks for one of them.',
  Calendars: 'A calendar has a time zone and a first day of the week, in which its events repeat.',
  Events: 'An event repeats by the rules of RFC 5545, in the time zone of its calendar.',
  'Free/busy': 'When a user is busy, and nothing else about it.',
  Schedules: 'When a user is open, week by week and on single dates.',
  Services: 'What can be booked, and its hosts: the users who can be booked with it.',
  Booking: 'When a service can be booked, and the bookings. Two of them never overlap.',
} as const;
