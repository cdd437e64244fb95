/** The prose of the description: what all operations share, and what people search for, with the guide that has more. */
import { BASE_PATH } from '../route.ts';

/** The address of the guides. */
export const GUIDES = `${BASE_PATH}/docs/guides`;

const guide = (address: string, label: string): string => `[${label}](${GUIDES}${address && `/${address}`})`;

export const overview = `Calendars, events, free/busy and booking for web apps, without a backend of their own.

- Bodies are JSON. A time is in milliseconds since the Unix epoch (UTC), a duration is in milliseconds, and both are
  integers. The few fields in minutes or seconds say so.
- Every error is a problem document (RFC 9457) with a stable \`code\`. A request that fails changes nothing,
  unless the \`detail\` of a 503 says that it may have.
- A resource of another account or user is 404, exactly as if it did not exist.
- Many operations have two paths: one for a user's token, which reaches the resources of that user, and one for the API
  key, which reaches every resource of the account. They are one entry of this page, which names both; the \`operationId\`
  of the second one ends in \`AsAccount\`.
- A response with one resource has an \`etag\`. Send an \`Idempotency-Key\` when you create a resource, and you can retry
  the request safely.
- null in an optional member of a body means that the member is absent, unless its description says otherwise. Ids may be
  in any case; responses have them in lower case.
- An unknown query parameter is a 400 that names it. An unknown member of a body is ignored, and named in the response header
  \`nettu-ignored\`.
- HEAD works wherever GET does. If a path does not support the method, the response is 405 \`method-not-allowed\`, with
  the supported methods in \`allow\`. An unknown path is 404 \`route-unknown\`.
- Web pages of any origin may call the API (CORS).
- The ${guide('', 'guides')} tell how it works as a whole.`;

/**
 * What people type into the search of the page: each is a tag without operations, since the page lists and searches tags,
 * while generators copy the introduction into each of their files. A short name comes first among the results.
 */
export const topics: Readonly<Record<string, string>> = {
  Start: `Create an account, upload a signing key, create a user, and sign tokens for it: ${guide('start', 'start')}.`,

  'Recurring events': `\`POST /events\` with a \`recurrence\` creates a recurring event, which repeats by the rules of RFC 5545 on the clock of its
calendar. \`GET /calendar/{calendarId}/events\` returns its instances in a time window. One occurrence is cancelled by its
start in \`exdates\`: ${guide('events#recurring-events', 'recurring events')}.`,

  'Time off': `A schedule has opening hours for weekdays. A rule for a date replaces those of its weekday, and one without intervals is time
off: ${guide('scheduling#time-off-and-holidays', 'time off')}.`,

  Reschedule: `\`PUT /booking/{bookingId}\` with a \`startTs\` reschedules a booking; if the new slot is taken, it keeps the old one.
\`DELETE\` cancels it: ${guide('scheduling#reschedule-and-cancel', 'reschedule and cancel')}.`,

  'Rotate a key': `Both rotate without downtime: add the new key, use it, then retire the old one:
${guide('tokens#rotate-a-signing-key', 'rotate a signing key')}, ${guide('tokens#rotate-an-api-key', 'rotate an API key')}.`,

  Pagination: `A list returns \`nextCursor\`. Pass it as \`cursor\` until it is null: ${guide('conventions#lists-and-pagination', 'lists')}.`,

  Idempotency: `With an \`Idempotency-Key\`, a creation takes effect once, however often you send it:
${guide('conventions#retries-and-idempotency-key', 'retries')}.`,

  'Verify a webhook': `The service signs each delivery as Standard Webhooks specifies. \`verifyWebhook\` of the SDK checks the signature and the age:
${guide('webhooks#receive-and-verify', 'receive and verify')}.`,

  Units: `Times and durations are in milliseconds. Buffers, notice, holds and reminders are in minutes:
${guide('conventions#units', 'units')}.`,
};
