import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  AccountResult,
  CreateWebhookEndpoint,
  DeliveriesPage,
  DeliveriesQuery,
  DeliveryResult,
  UpdateWebhookEndpoint,
  WebhookEndpointResult,
  WebhookEndpointsResult,
  WebhookResult,
  WebhookTestResult,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The methods for all webhooks of the account, up to 10, the first one among them. */
export function webhooks(send: Send) {
  const all = '/account/webhooks';
  const one = (webhookId: string) => path`/account/webhooks/${{ webhookId }}`;
  return {
    /** Returns the webhooks. */
    list: async (options?: RequestOptions) => send<WebhookEndpointsResult>('GET', all, options),

    /** Creates a webhook. */
    create: async (data: CreateWebhookEndpoint, options?: CreateOptions) =>
      send<WebhookEndpointResult>('POST', all, options, data),

    /** Returns a webhook, and how its endpoint is doing. */
    findById: async (webhookId: string, options?: ReadOptions<WebhookEndpointResult>) =>
      send<WebhookEndpointResult>('GET', one(webhookId), options),

    /** Updates the given members. `paused: false` ends any pause, and what is pending is delivered. */
    update: async (webhookId: string, data: UpdateWebhookEndpoint, options?: ChangeOptions) =>
      send<WebhookEndpointResult>('PUT', one(webhookId), options, data),

    /** Removes a webhook, and drops its pending deliveries. */
    remove: async (webhookId: string, options?: ChangeOptions) =>
      send<WebhookEndpointResult>('DELETE', one(webhookId), options),

    /** Sends a `ping` to a webhook, and returns the result. */
    test: async (webhookId: string, options?: RequestOptions) =>
      send<WebhookTestResult>('POST', `${one(webhookId)}/test`, { ...options, retries: 0 }),

    /** Creates a new secret. For 24 hours, the service signs deliveries with the old secret too. */
    rollSecret: async (webhookId: string, options?: CreateOptions) =>
      send<WebhookEndpointResult>('POST', `${one(webhookId)}/secret`, options),
  };
}

const root = '/account/webhook';

/** The methods for the account's first webhook: a test, and its secret. The deliveries are those of all webhooks. */
export function webhook(send: Send) {
  return {
    /** Returns the webhook, and how its endpoint is doing. */
    get: async (options?: RequestOptions) => send<WebhookResult>('GET', root, options),

    /** Returns the deliveries, the newest first. */
    deliveries: async ({ webhookId, state, cursor, limit }: DeliveriesQuery = {}, options?: RequestOptions) =>
      send<DeliveriesPage>('GET', `${root}/deliveries${query({ webhookId, state, cursor, limit })}`, options),

    /** Returns a delivery with its body. */
    delivery: async (deliveryId: string, options?: RequestOptions) =>
      send<DeliveryResult>('GET', path`/account/webhook/deliveries/${{ deliveryId }}`, options),

    /** Sends a delivery again, with a new series of attempts. */
    replay: async (deliveryId: string, options?: RequestOptions) =>
      send<DeliveryResult>('POST', path`/account/webhook/deliveries/${{ deliveryId }}/replay`, options),

    /** Sends a `ping` to the webhook, and returns the result. */
    test: async (options?: RequestOptions) =>
      send<WebhookTestResult>('POST', `${root}/test`, { ...options, retries: 0 }),

    /** Creates a new secret. For 24 hours, the service signs deliveries with the old secret too. */
    rollSecret: async (options?: CreateOptions) => send<AccountResult>('POST', `${root}/secret`, options),
  };
}
