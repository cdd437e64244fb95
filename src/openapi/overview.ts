/** The introduction and the groups of the description. */
export const overview = `Calendars, events, free/busy and booking for web apps, without a backend of their own.

- Bodies are JSON. Times and durations are whole milliseconds (Unix epoch, UTC), unless a member says minutes.
- Every error is a problem document (RFC 9457) with a stable \`code\`. A request that fails changes nothing.
- A resource of another account or another user is a 404, exactly as if it did not exist.
- An operation with two paths has two names. With a token, it acts on the resources of the token's user. With the API key,
  it reaches every resource of the account, and its name ends in \`AsAccount\`.
- An answer with one resource has an \`etag\`. Creations take an \`Idempotency-Key\`, which makes them safe to retry.
- HEAD works wherever GET does. Another method on a known path is 405 \`method-not-allowed\` with \`allow\`; an unknown path
  is 404 \`route-unknown\`. Pages of any origin may call.`;
