/** The client of the Nettu scheduler: what this package exports. */
export type { Answer, AnswerProblem } from './answer.ts';
export { NettuClient, type NettuClientOptions } from './client.ts';
export { config } from './config.ts';
export { Frequency, Frequenzy, Permissions } from './constants.ts';
export { NettuNetworkError } from './network-error.ts';
export type { Token } from './token.ts';
export type * from './types.ts';
export { NettuUserClient, type NettuUserClientOptions } from './user-client.ts';
