/** The introduction of the description. */
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
- null in an optional member of a body means that the member is absent, unless its description says otherwise. Ids may be
  in any case; responses have them in lower case.
- An unknown query parameter is a 400 that names it. An unknown member of a body is ignored, and named in the response header
  \`nettu-ignored\`.
- HEAD works wherever GET does. If a path does not support the method, the response is 405 \`method-not-allowed\`, with
  the supported methods in \`allow\`. An unknown path is 404 \`route-unknown\`.
- Web pages of any origin may call the API (CORS).`;
