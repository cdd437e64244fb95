/** The exports of this package, the client of the Nettu scheduler. */
export type { Answer } from './answer.ts';
export { NettuClient, type NettuClientOptions } from './client.ts';
export { config } from './config.ts';
export {
  BusyCalendarProvider,
  Frequency,
  Frequenzy,
  Permissions,
  ScheduleRuleVariant,
  Weekday,
} from './constants.ts';
export type { EndedRequest, Hooks, SentRequest } from './hooks.ts';
export type { List } from './list.ts';
export { NettuNetworkError, NettuTimeoutError } from './network-error.ts';
export type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from './options.ts';
export { type AnswerProblem, NettuProblem } from './problem.ts';
export type * from './published.ts';
export type { Token } from './token.ts';
export type * from './types.ts';
export { unwrap } from './unwrap.ts';
export { NettuUserClient, type NettuUserClientOptions } from './user-client.ts';
export {
  NettuWebhookError,
  verifyWebhook,
  type WebhookFault,
  type WebhookHeaders,
} from './verify-webhook.ts';
