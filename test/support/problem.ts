/** The guarantees of the contract for every response, and for every problem. */
import { expect } from 'vitest';
import type { ProblemCode } from '../../src/sdk/types.ts';
import type { Reply } from './client.ts';

/** The status of each code, repeated from the contract, so that a change of meaning fails a test. */
export const statuses = {
  'body-not-json': 400,
  'input-invalid': 400,
  'provider-unsupported': 400,
  'answer-too-large': 400,
  'credentials-missing': 401,
  'api-key-unknown': 401,
  'api-key-expired': 401,
  'account-code-wrong': 401,
  'account-creation-closed': 401,
  'token-malformed': 401,
  'token-algorithm': 401,
  'token-claims': 401,
  'token-expired': 401,
  'token-not-yet-valid': 401,
  'token-signature': 401,
  'key-missing': 401,
  'key-standby': 401,
  'key-retired': 401,
  'key-revoked': 401,
  'user-unknown': 401,
  'token-revoked': 401,
  'policy-denied': 401,
  'https-required': 403,
  'account-suspended': 403,
  'route-unknown': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'kid-taken': 409,
  'key-limit': 409,
  'key-state-final': 409,
  'api-key-limit': 409,
  'api-key-last': 409,
  'secret-limit': 409,
  'webhook-limit': 409,
  'webhook-missing': 409,
  'feed-limit': 409,
  'subscription-limit': 409,
  'calendar-read-only': 409,
  'host-exists': 409,
  'host-limit': 409,
  'busy-limit': 409,
  'slot-taken': 409,
  'slot-unavailable': 409,
  'booking-cancelled': 409,
  'booking-shared': 409,
  'booking-event': 409,
  'exception-limit': 409,
  'export-replaced': 409,
  'quota-exceeded': 409,
  'precondition-failed': 412,
  'body-too-large': 413,
  'media-type-unsupported': 415,
  'content-encoding-unsupported': 415,
  'idempotency-key-reused': 422,
  'rate-limited': 429,
  internal: 500,
  'database-unavailable': 503,
  unhealthy: 503,
  contended: 503,
  'outcome-unknown': 503,
  'no-room': 507,
} as const satisfies Record<ProblemCode, number>;

/** Expects the headers of every response: readable by any page, stored by no shared cache. */
export function expectOpen(headers: Headers, cache = 'private, no-store'): void {
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('timing-allow-origin')).toBe('*');
  expect(headers.get('cache-control')).toBe(cache);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
}

/** The headers without the request id. */
export const alike = (headers: Headers): [string, string][] =>
  [...headers].filter(([name]) => name !== 'x-request-id');

/** The header that a response with this status must have, and its format. */
const headersOf: Partial<Record<number, [string, RegExp]>> = {
  401: ['www-authenticate', /^(Bearer|ApiKey) realm=/],
  405: ['allow', /^[A-Z]+(, [A-Z]+)*$/],
  429: ['retry-after', /^\d+$/],
  503: ['retry-after', /^\d+$/],
};

/** Expects a complete problem document with this code. */
export function expectProblem(reply: Reply, code: ProblemCode): void {
  const { problem, headers } = reply;
  expect({ status: reply.status, code: problem?.code, detail: problem?.detail }).toMatchObject({
    status: statuses[code],
    code,
  });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(problem).toEqual({
    type: expect.stringMatching(/^\w+:.*\b/),
    title: expect.stringMatching(/\S/),
    status: statuses[code],
    detail: expect.stringMatching(/\S/),
    code,
    ...(code === 'input-invalid' && { errors: expect.any(Array) }),
    ...(code === 'quota-exceeded' && {
      quota: expect.stringMatching(/^\w+$/),
      limit: expect.any(Number),
      use: expect.any(Number),
    }),
    ...(code === 'unhealthy' && { shards: expect.any(Array) }),
    ...(code === 'internal' && { id: expect.stringMatching(/\S/) }),
  });
  const [name, form] = headersOf[reply.status] ?? [];
  if (name && form) expect(headers.get(name)).toMatch(form);
  expectOpen(headers);
}

/** Expects that the input was rejected because of exactly these fields. */
export function expectInvalid(reply: Reply, ...paths: string[]): void {
  expectProblem(reply, 'input-invalid');
  expect(reply.problem.errors?.map(({ path }) => path)).toEqual(paths);
  for (const { reason } of reply.problem.errors ?? []) expect(reason).toMatch(/\S/);
}
