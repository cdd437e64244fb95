/**
 * The wire contract as types: what the service and its clients say to each other. Nothing in here exists at run
 * time, so that the service can import it without taking the client along.
 *
 * Timestamps and durations are integers in milliseconds (Unix epoch, UTC) unless a field says otherwise. Optional
 * members of requests admit `undefined`: it is left out of the JSON, which means the same as an absent member.
 */
export type * from './types/account.ts';
export type * from './types/policy.ts';
export type * from './types/problem.ts';
export type * from './types/requests.ts';
export type * from './types/resources.ts';
export type * from './types/results.ts';
export type * from './types/scheduling.ts';
export type * from './types/webhooks.ts';
