/** The account, its settings and its quotas. */
import type { Quota, QuotaName } from './quotas.ts';
import type { WebhookEvent } from './webhooks.ts';

export interface Account {
  id: string;
  /** The newest active signing key in PEM, byte for byte as you sent it; null if the account has none. */
  publicJwtKey: string | null;
  settings: {
    webhook: {
      url: string;
      /** The service sends it with each delivery, in the header `nettu-scheduler-webhook-key`. */
      key: string;
      /** The secret that signs deliveries, `whsec_…`. Pass it to `verifyWebhook`. */
      secret: string;
      events: WebhookEvent[];
    } | null;
    /** Anyone who knows the account's id can read its users' free/busy. */
    publicFreebusy: boolean;
    /** Anyone who knows the account's id can read the booking slots of its services. */
    publicBooking: boolean;
    /**
     * The database that serves reads with a token or an API key: the primary, or the nearest replica. A replica is faster
     * for clients far from the primary, but it still accepts a revoked key, token or user until it catches up.
     */
    reads: 'primary' | 'nearest';
    /** For how many days a cancelled booking is kept. */
    keepCancelledDays: number;
  };
  /** The quotas of the account. They change with what it stores, and the `etag` of the account does not follow them. */
  quotas: Record<QuotaName, Quota>;
}
