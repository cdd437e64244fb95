/**
 * Every failure that a client can meet: a stable code, its status and its title, in one table. A `Problem` is
 * thrown where the failure is found; http/problem-reply.ts makes it a response.
 */

import type { ProblemCode, Problem as ProblemDocument } from './sdk/types.ts';

export type FieldError = NonNullable<ProblemDocument['errors']>[number];

export const kinds = {
  'body-not-json': [400, 'The body is not JSON'],
  'input-invalid': [400, 'The input is not valid'],
  'provider-unsupported': [400, 'Calendars of this provider are not supported'],
  'answer-too-large': [400, 'The answer would be too large'],
  'credentials-missing': [401, 'Credentials are missing'],
  'api-key-unknown': [401, 'The API key is not known'],
  'api-key-expired': [401, 'The API key has expired'],
  'account-code-wrong': [401, 'The code is wrong'],
  'account-creation-closed': [401, 'Accounts cannot be created here'],
  'token-malformed': [401, 'The token is malformed'],
  'token-algorithm': [401, 'The token is not signed with RS256'],
  'token-claims': [401, "The token's claims are not valid"],
  'token-expired': [401, 'The token has expired'],
  'token-not-yet-valid': [401, 'The token is not valid yet'],
  'token-signature': [401, "The token's signature is not accepted"],
  'key-missing': [401, 'The account has no signing key'],
  'key-standby': [401, 'The signing key is not active yet'],
  'key-retired': [401, 'The signing key is retired'],
  'key-revoked': [401, 'The signing key is revoked'],
  'user-unknown': [401, "The token's user does not exist"],
  'token-revoked': [401, 'The token is revoked'],
  'policy-denied': [401, "The token's policy does not allow this"],
  'route-unknown': [404, 'There is no such route'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'kid-taken': [409, 'The kid is taken'],
  'key-limit': [409, 'Too many signing keys'],
  'key-state-final': [409, 'A revoked key stays revoked'],
  'api-key-limit': [409, 'Too many API keys'],
  'api-key-last': [409, 'The last API key cannot be removed'],
  'webhook-missing': [409, 'The account has no webhook'],
  'host-exists': [409, 'The user is a host already'],
  'host-limit': [409, 'Too many hosts'],
  'busy-limit': [409, 'Too many busy calendars'],
  'slot-taken': [409, 'The slot is taken'],
  'slot-unavailable': [409, 'The slot cannot be booked'],
  'booking-cancelled': [409, 'The booking is cancelled'],
  'booking-shared': [409, 'The booking has several hosts'],
  'precondition-failed': [412, 'It is not as If-Match says'],
  'body-too-large': [413, 'The body is too large'],
  'media-type-unsupported': [415, 'The body is not sent as JSON'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'rate-limited': [429, 'Too many requests'],
  internal: [500, 'A defect of ours'],
  'database-unavailable': [503, 'The database is out of reach'],
  contended: [503, 'Too many changes at once'],
  'outcome-unknown': [503, 'It is not known whether this took place'],
  'no-room': [507, 'There is no room for another account'],
} as const satisfies Record<ProblemCode, readonly [status: number, title: string]>;

interface Extra {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** For our log alone; never sent. */
  cause?: unknown;
}

/** A failure on its way to the client. `detail` says what to do about it, and holds nothing internal. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extra: Extra;

  constructor(code: ProblemCode, detail: string = standing[code] ?? kinds[code][1], extra: Extra = {}) {
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

/** Details that do not depend on the case. */
const standing: Partial<Record<ProblemCode, string>> = {
  'not-found': 'It does not exist, or it is not yours. Check the id.',
  'database-unavailable': 'The database did not answer. Nothing was changed; try again in a moment.',
};
