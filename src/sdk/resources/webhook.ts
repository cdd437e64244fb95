import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  AccountResult,
  DeliveriesPage,
  DeliveriesQuery,
  DeliveryResult,
  WebhookTestResult,
} from '../types.ts';
import { path, query } from '../url.ts';

const root = '/account/webhook';

/** What the account's webhook was sent, and what became of it. */
export function webhook(send: Send) {
  return {
    /** The deliveries, the newest first. */
    deliveries: async ({ state, cursor, limit }: DeliveriesQuery = {}, options?: RequestOptions) =>
      send<DeliveriesPage>('GET', `${root}/deliveries${query({ state, cursor, limit })}`, options),

    /** One of them, with the body that is sent. */
    delivery: async (deliveryId: string, options?: RequestOptions) =>
      send<DeliveryResult>('GET', path`/account/webhook/deliveries/${{ deliveryId }}`, options),

    /** Has one sent again, from the first attempt on. */
    replay: async (deliveryId: string, options?: RequestOptions) =>
      send<DeliveryResult>('POST', path`/account/webhook/deliveries/${{ deliveryId }}/replay`, options),

    /** Sends a `ping`, and tells what came back. */
    test: async (options?: RequestOptions) =>
      send<WebhookTestResult>('POST', `${root}/test`, { ...options, retries: 0 }),

    /** Makes a new secret; for 24 hours what is sent is signed with the old one too. */
    rollSecret: async (options?: RequestOptions) =>
      // Never by itself once more: that would be another roll, and the old secret no longer the one that is in use.
      send<AccountResult>('POST', `${root}/secret`, { ...options, retries: 0 }),
  };
}
