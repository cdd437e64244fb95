/** The cause of each problem, and what to do about it: the sentences of the page of problems. */
import type { ProblemCode } from '../../sdk/types.ts';

export const problemNotes = {
  'body-not-json': 'Send one JSON object in UTF-8.',
  'input-invalid':
    'A member of the body, a query parameter or a header is missing or invalid. `errors` lists each bad field with its path and the rule that it breaks.',
  'provider-unsupported':
    'The request names a busy calendar of Google or Outlook. The service takes only its own calendars (`Nettu`).',
  'answer-too-large':
    'The answer would cost more than one request is allowed to. Request less: a shorter window, fewer calendars, or fewer hosts.',
  'credentials-missing':
    'The header that this path takes is missing or malformed, or the account has not opened this route to anonymous callers.',
  'api-key-unknown': 'No account has this API key, or the account has removed it.',
  'api-key-expired': 'Its `expiresAt` has passed. Use another key of the account.',
  'account-code-wrong': 'The `code` in `POST /account` is not the one that the operator set.',
  'account-creation-closed': 'The operator has set no `CREATE_ACCOUNT_SECRET_CODE`.',
  'token-malformed':
    'The token is not a compact JWS, is too long, has a header or a payload that is not JSON, marks an extension as critical (`crit`), or has a `kid` that is not a string.',
  'token-algorithm': 'Sign the token with `alg: RS256`. The service accepts no other algorithm.',
  'token-claims':
    'A JWT claim is missing or has another type, or `schedulerPolicy` holds a permission that does not exist.',
  'token-expired': 'The time in `exp` has passed, leeway included. Get a new token from your backend.',
  'token-not-yet-valid':
    'The time in `nbf` has not come, leeway included. Check the clock of the server that signs.',
  'token-signature':
    'No signing key of the account verifies the token: the account id is wrong, the account has no key, or another key signed it. `POST /account/keys/inspect` says which.',
  'key-missing':
    'The account has no signing key. Only `POST /account/keys/inspect` says so, as the cause of a `token-signature`.',
  'key-standby': 'The signature is valid, but its key is on standby: the account does not accept it yet.',
  'key-retired': 'The signature is valid, but its key has reached its `retiresAt`.',
  'key-revoked': 'The signature is valid, but the account has revoked its key.',
  'user-unknown': 'The signature is valid, but `nettuSchedulerUserId` names no user of the account.',
  'token-revoked':
    "The signature is valid, but the token is older than the user's `notBefore`, or has no `iat` to show its age.",
  'policy-denied': 'The token is valid, but its policy does not allow this. `detail` names the rule.',
  'https-required':
    'The request came over plain HTTP. Whoever could read it has its key or token: replace that, and use https.',
  'account-suspended':
    'The credential is valid, but the operator has [suspended](runbook.md#abuse-by-one-account) its account. Nothing was read or written, and its data stays. Until the operator resumes it, its webhook gets nothing.',
  'route-unknown': 'No route has this path. Every route is under `/api/v1`.',
  'not-found':
    'The resource does not exist, or it belongs to another account or another user. The answer is the same, so it discloses nothing.',
  'method-not-allowed': 'The path exists, and the header `allow` lists its methods.',
  'kid-taken': 'The account has a key with this `kid`. Remove that key, or choose another `kid`.',
  'key-limit': 'The account has reached its limit of signing keys. Remove one first.',
  'key-state-final': 'A revoked key stays revoked. Add a new key.',
  'api-key-limit': 'The account has reached its limit of API keys. Remove one first.',
  'api-key-last':
    'This is the last API key that never expires. Create another one without `expiresAt` first, then remove this one.',
  'secret-limit':
    'After a roll, the old secret signs for another day, and at most five secrets sign at once. Roll again when one of them has ended.',
  'webhook-limit': 'The account has reached its limit of webhooks. Remove one first.',
  'webhook-missing': 'The account has no webhook. Set it with `PUT /account/webhook`.',
  'feed-limit': 'The calendar has reached its limit of feeds. Remove one first.',
  'subscription-limit':
    'The user has reached the limit of subscriptions. Delete a calendar that has one first.',
  'calendar-read-only':
    'The events of a calendar with a subscription come only from its URL. Change them there, or book into another calendar.',
  'host-exists': 'The user is already a host of this service. Update the host instead.',
  'host-limit': 'The service has reached its limit of hosts. Remove one first.',
  'busy-limit': 'The host has reached its limit of busy calendars. Remove one first.',
  'slot-taken': 'Another booking has the slot. Nothing was written: show the slots again.',
  'slot-unavailable':
    'The slot cannot be booked for any other reason: closed, busy, too soon, too far ahead, no host, or a host without a calendar to book in. Nothing was written.',
  'booking-cancelled': 'A cancelled booking stays cancelled. Create a new one.',
  'booking-shared':
    'The event belongs to a booking with several hosts, so one of them cannot move it. Move the booking.',
  'booking-event':
    'The event belongs to a booking, and the change would make it something that the booking is not: a series, an event of another service, or one that is not busy. Nothing was written. Change the booking, or delete the event, which cancels the booking.',
  'exception-limit':
    'The series has reached its limit of exceptions: cancelled and changed occurrences together. Split it, or reset some.',
  'export-replaced':
    'An account has one export at a time. When a newer one begins, the older one ends with this line. Its last `cursor` still continues it, and then ends the newer one.',
  'quota-exceeded':
    'The account has reached a quota: `quota` names it, `limit` is its size, and `use` what the account has. Nothing was written. Remove something, or ask the operator to raise the [quota](limits.md#quotas). `GET /account` shows all quotas.',
  'precondition-failed':
    'The resource has changed since the `etag` in `If-Match`. Nothing was written: read it again, and decide again.',
  'body-too-large': 'See the [limits](limits.md#requests).',
  'media-type-unsupported': 'Send the body with `content-type: application/json`.',
  'content-encoding-unsupported': 'The body has a `content-encoding`, such as `gzip`. Send it uncompressed.',
  'idempotency-key-reused':
    'The `Idempotency-Key` belongs to a request with another body or another path, or, if its answer holds a secret, to another API key. Use a new key for each new request.',
  'rate-limited':
    'This address sent too many requests, this user or account sent too many writes, or their requests read too many rows. Wait as long as `retry-after` says.',
  internal: 'Report it with the `id` in the problem: the log has it.',
  'database-unavailable':
    '`detail` says whether anything may have changed. A read changed nothing; a `PUT` or a `DELETE` is safe to send again. Wait as long as `retry-after` says: until midnight UTC if the database has used up the rows of its plan.',
  unhealthy:
    '`GET /health` answers this if a database does not answer in two seconds, the cron has not run for five minutes, or a notification has been due for as long. `detail` says which, `shards` has the figures, and the [runbook](runbook.md) what to do.',
  contended:
    "Other requests kept changing the booking's hosts or its service. Nothing was written: try again.",
  'outcome-unknown':
    'The database did not answer a `POST`, so it may or may not have taken effect. Send it again with the same `Idempotency-Key`. Without one, check first what `detail` names.',
  'no-room':
    'The database is full, or, for a new account, every database of the region. Nothing changed. Reading still works, and deleting makes room; the operator can add a database.',
} as const satisfies Record<ProblemCode, string>;
