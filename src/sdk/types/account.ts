/** The account, its keys, and the inspection of a token. */
import type { NamedPermission } from './policy.ts';
import type { ProblemCode } from './problem.ts';
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
  };
}

/**
 * `standby`: not accepted yet. `active`: accepted. `retiring`: accepted until `retiresAt`. `revoked`: never accepted
 * again.
 */
export type SigningKeyState = 'standby' | 'active' | 'retiring' | 'revoked';

/** A public key that verifies users' tokens. */
export interface SigningKey {
  kid: string;
  /** PEM, byte for byte as you sent it. */
  publicJwtKey: string;
  state: SigningKeyState;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** When the service stops accepting the key, in milliseconds since the epoch; null unless the state is `retiring`. */
  retiresAt: number | null;
}

/** An API key of the account. Only the response that creates it contains the key itself. */
export interface ApiKey {
  id: string;
  name: string | null;
  /** The last 4 characters of the key. */
  hint: string;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
  /** When the key expires, in milliseconds since the epoch; null if it never does. */
  expiresAt: number | null;
}

/** Whether the service accepts a token, and which permissions it grants. */
export interface Inspection {
  valid: boolean;
  /** The `code` of the problem that the bearer gets; null for a valid token. */
  code: ProblemCode | null;
  /** The `detail` of the problem that the bearer gets; null for a valid token. */
  detail: string | null;
  /** The actual reason of the refusal, if the service hides it from the bearer. */
  cause: { code: ProblemCode; detail: string } | null;
  header: Record<string, unknown> | null;
  claims: Record<string, unknown> | null;
  /** The `kid` of the signing key that verifies the token. */
  kid: string | null;
  permissions: Record<NamedPermission, { allowed: boolean; because: string }>;
}
