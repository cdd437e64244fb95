/**
 * The wire contract as types, for the service and its clients. It is types only, so that the service can import it
 * without the client.
 *
 * Times and durations are integers in milliseconds (Unix epoch, UTC) unless a field says otherwise. An optional member
 * of a request may be `undefined`: JSON omits it, which means the same as an absent member.
 */
export type * from './types/account.ts';
export type * from './types/health.ts';
export type * from './types/policy.ts';
export type * from './types/problem.ts';
export type * from './types/quotas.ts';
export type * from './types/requests.ts';
export type * from './types/resources.ts';
export type * from './types/results.ts';
export type * from './types/scheduling.ts';
export type * from './types/webhooks.ts';
