/** The problem document, and every problem code. */
import type { ShardHealth } from './health.ts';
import type { QuotaName } from './quotas.ts';

/** A stable code for each problem, for your program to switch on. */
export type ProblemCode =
  // 400
  | 'body-not-json'
  | 'input-invalid'
  | 'provider-unsupported'
  | 'answer-too-large'
  // 401
  | 'credentials-missing'
  | 'api-key-unknown'
  | 'api-key-expired'
  | 'account-code-wrong'
  | 'account-creation-closed'
  | 'token-malformed'
  | 'token-algorithm'
  | 'token-claims'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-signature'
  | 'key-missing'
  | 'key-standby'
  | 'key-retired'
  | 'key-revoked'
  | 'user-unknown'
  | 'token-revoked'
  | 'policy-denied'
  // 403
  | 'https-required'
  | 'account-suspended'
  // 404
  | 'route-unknown'
  | 'not-found'
  // 405
  | 'method-not-allowed'
  // 409
  | 'kid-taken'
  | 'key-limit'
  | 'key-state-final'
  | 'api-key-limit'
  | 'api-key-last'
  | 'secret-limit'
  | 'webhook-limit'
  | 'webhook-missing'
  | 'feed-limit'
  | 'subscription-limit'
  | 'calendar-read-only'
  | 'host-exists'
  | 'host-limit'
  | 'busy-limit'
  | 'slot-taken'
  | 'slot-unavailable'
  | 'booking-cancelled'
  | 'booking-shared'
  | 'booking-event'
  | 'exception-limit'
  | 'export-replaced'
  | 'quota-exceeded'
  // 412
  | 'precondition-failed'
  // 413
  | 'body-too-large'
  // 415
  | 'media-type-unsupported'
  | 'content-encoding-unsupported'
  // 422
  | 'idempotency-key-reused'
  // 429
  | 'rate-limited'
  // 500
  | 'internal'
  // 503
  | 'database-unavailable'
  | 'unhealthy'
  | 'contended'
  | 'outcome-unknown'
  // 507
  | 'no-room';

/** The body of every error: a problem document (RFC 9457), served as `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  /** The HTTP status. */
  status: number;
  /** What went wrong in this request and what to do about it, for people to read. */
  detail: string;
  /** Which problem it is, for your program to switch on. */
  code: ProblemCode;
  /** With `input-invalid`: each invalid field, and the rule that it breaks. */
  errors?: { path: string; reason: string }[];
  /** With `quota-exceeded`: the quota that the request would have passed. */
  quota?: QuotaName;
  /** With `quota-exceeded`: the most that the account may have; a number of bytes where the quota is of text. */
  limit?: number;
  /** With `quota-exceeded`: what the account has; a number of bytes where the quota is of text. */
  use?: number;
  /** With `unhealthy`: how each database is. */
  shards?: ShardHealth[];
  /** The id of this request in the service's log. */
  id?: string;
}
