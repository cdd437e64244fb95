/**
 * Every problem that a client can get: a stable code, its status and its title, in one table. The code that finds a
 * problem throws it, and http/errors.ts turns it into the response.
 */

import type { ProblemCode, Problem as ProblemDocument, ShardHealth } from './sdk/types.ts';

export type FieldError = NonNullable<ProblemDocument['errors']>[number];

export const kinds = {
  'body-not-json': [400, 'The body is not JSON'],
  'input-invalid': [400, 'The input is not valid'],
  'provider-unsupported': [400, 'The calendar provider is not supported'],
  'answer-too-large': [400, 'The response would be too large'],
  'credentials-missing': [401, 'Credentials are missing'],
  'api-key-unknown': [401, 'The API key is unknown'],
  'api-key-expired': [401, 'The API key has expired'],
  'account-code-wrong': [401, 'The code for creating accounts is wrong'],
  'account-creation-closed': [401, 'Account creation is closed'],
  'token-malformed': [401, 'The token is malformed'],
  'token-algorithm': [401, 'The token is not signed with RS256'],
  'token-claims': [401, "The token's claims are not valid"],
  'token-expired': [401, 'The token has expired'],
  'token-not-yet-valid': [401, 'The token is not valid yet'],
  'token-signature': [401, "The token's signature is not valid"],
  'key-missing': [401, 'The account has no signing key'],
  'key-standby': [401, 'The signing key is not active yet'],
  'key-retired': [401, 'The signing key is retired'],
  'key-revoked': [401, 'The signing key is revoked'],
  'user-unknown': [401, "The token's user does not exist"],
  'token-revoked': [401, 'The token is revoked'],
  'policy-denied': [401, "The token's policy does not allow this"],
  'https-required': [403, 'HTTPS is required'],
  'account-suspended': [403, 'The account is suspended'],
  'route-unknown': [404, 'The route does not exist'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'kid-taken': [409, 'The kid is already in use'],
  'key-limit': [409, 'Too many signing keys'],
  'key-state-final': [409, 'The key is revoked'],
  'api-key-limit': [409, 'Too many API keys'],
  'api-key-last': [409, 'The last API key cannot be removed'],
  'secret-limit': [409, 'Too many webhook secrets'],
  'webhook-limit': [409, 'Too many webhooks'],
  'webhook-missing': [409, 'The account has no webhook'],
  'feed-limit': [409, 'Too many feeds'],
  'subscription-limit': [409, 'Too many subscriptions'],
  'calendar-read-only': [409, 'The calendar is read-only'],
  'host-exists': [409, 'The user is already a host'],
  'host-limit': [409, 'Too many hosts'],
  'busy-limit': [409, 'Too many busy calendars'],
  'slot-taken': [409, 'The slot is taken'],
  'slot-unavailable': [409, 'The slot cannot be booked'],
  'booking-cancelled': [409, 'The booking is cancelled'],
  'booking-shared': [409, 'The booking has several hosts'],
  'booking-event': [409, 'The event belongs to a booking'],
  'exception-limit': [409, 'Too many exceptions'],
  'export-replaced': [409, 'A newer export has begun'],
  'quota-exceeded': [409, 'A quota is used up'],
  'precondition-failed': [412, 'The resource has changed'],
  'body-too-large': [413, 'The body is too large'],
  'media-type-unsupported': [415, 'The media type is not supported'],
  'content-encoding-unsupported': [415, 'The content encoding is not supported'],
  'idempotency-key-reused': [422, 'The Idempotency-Key is already in use'],
  'rate-limited': [429, 'Too many requests'],
  internal: [500, 'Internal error'],
  'database-unavailable': [503, 'The database is unavailable'],
  unhealthy: [503, 'The service is not healthy'],
  contended: [503, 'Too many concurrent changes'],
  'outcome-unknown': [503, 'The outcome is unknown'],
  'no-room': [507, 'The database is full'],
} as const satisfies Record<ProblemCode, readonly [status: number, title: string]>;

interface Extra {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** With `quota-exceeded`: the members that name the quota. */
  exceeded?: Required<Pick<ProblemDocument, 'quota' | 'limit' | 'use'>>;
  /** With `unhealthy`: how each shard is. */
  shards?: ShardHealth[];
  /** For the log; the client never gets it. */
  cause?: unknown;
  /** For the log: the limit of the operator's plan that is used up. */
  limit?: 'room' | 'day';
}

/** A problem to send to the client. `detail` says what to do about it, and contains nothing internal. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extra: Extra;

  constructor(
    code: ProblemCode,
    detail: string = standardDetails[code] ?? kinds[code][1],
    extra: Extra = {},
  ) {
    super(code, { cause: extra.cause });
    this.code = code;
    this.detail = detail;
    this.extra = extra;
  }

  get status(): number {
    return kinds[this.code][0];
  }

  get title(): string {
    return kinds[this.code][1];
  }
}

/** The details of problems that need no other one. */
const standardDetails: Partial<Record<ProblemCode, string>> = {
  'not-found': 'The resource does not exist, or it belongs to someone else. Check the id.',
  'account-suspended':
    'The operator has suspended this account, so it cannot be used. Its data stays. Ask the operator.',
  'calendar-read-only':
    "The calendar's events come from its subscription, so nothing changed. Change them where they come from, or use another calendar.",
  'precondition-failed':
    'The resource no longer has the etag in If-Match, so nothing changed. Get the resource again before you change it.',
  'export-replaced':
    'An account has one export at a time, and a newer one has begun. Its last cursor still continues this one, and ends that.',
  'database-unavailable': 'The database did not answer, and nothing changed. Try again in a moment.',
};
