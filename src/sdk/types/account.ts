/** The account of a company. */
import type { WebhookEvent } from './webhooks.ts';

export interface Account {
  id: string;
  /** The newest active signing key in PEM, byte for byte as you sent it; null where there is none. */
  publicJwtKey: string | null;
  settings: {
    webhook: {
      url: string;
      /** Each delivery carries it in the header `nettu-scheduler-webhook-key`. */
      key: string;
      /** The secret for `verifyWebhook`, `whsec_…`. */
      secret: string;
      events: WebhookEvent[];
    } | null;
    /** Whether anyone who knows the account's id may read its users' free/busy. */
    publicFreebusy: boolean;
    /** Whether anyone who knows the account's id may read its services' booking slots. */
    publicBooking: boolean;
    /**
     * Where reads with a token or an API key go: to the primary database, or to the nearest replica. A replica is faster
     * from afar, but a revoked key, token or user may keep reading until the replica has caught up.
     */
    reads: 'primary' | 'nearest';
  };
}
