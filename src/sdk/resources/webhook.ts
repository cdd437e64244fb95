import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  AccountResult,
  DeliveriesPage,
  DeliveriesQuery,
  DeliveryResult,
  WebhookResult,
  WebhookTestResult,
} from '../types.ts';
import { path, query } from '../url.ts';

const root = '/account/webhook';

/** The methods for the account's webhook: its deliveries, a test, and its secret. */
export function webhook(send: Send) {
  return {
    /** Returns the webhook, and how its endpoint is doing. */
    get: async (options?: RequestOptions) => send<WebhookResult>('GET', root, options),

    /** Returns the deliveries, the newest first. */
    deliveries: async ({ state, cursor, limit }: DeliveriesQuery = {}, options?: RequestOptions) =>
      send<DeliveriesPage>('GET', `${root}/deliveries${query({ state, cursor, limit })}`, options),

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
    rollSecret: async (options?: RequestOptions) =>
      // Never retried: each roll makes another secret.
      send<AccountResult>('POST', `${root}/secret`, { ...options, retries: 0 }),
  };
}
