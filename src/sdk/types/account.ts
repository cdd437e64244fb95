/** The account, its keys, and the inspection of a token. */
import type { NamedPermission } from './policy.ts';
import type { ProblemCode } from './problem.ts';
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

/** `standby`: not accepted yet; `retiring`: accepted until `retiresAt`; `revoked`: never accepted again. */
export type SigningKeyState = 'standby' | 'active' | 'retiring' | 'revoked';

/** A public key that verifies users' tokens. */
export interface SigningKey {
  kid: string;
  /** PEM, byte for byte as you sent it. */
  publicJwtKey: string;
  state: SigningKeyState;
  /** Milliseconds since the epoch. */
  created: number;
  /** Milliseconds since the epoch; null unless the state is `retiring`. */
  retiresAt: number | null;
}

/** An API key of the account. Only its creation shows the key itself. */
export interface ApiKey {
  id: string;
  name: string | null;
  /** The last 4 characters of the key. */
  hint: string;
  /** Milliseconds since the epoch. */
  created: number;
  /** Milliseconds since the epoch; null: the key never expires. */
  expiresAt: number | null;
}

/** Whether the service accepts a token, and what its user may do. */
export interface Inspection {
  valid: boolean;
  /** The `code` and `detail` of the refusal that the bearer gets; null for a valid token. */
  code: ProblemCode | null;
  detail: string | null;
  /** The cause behind the refusal, where the bearer does not get it. */
  cause: { code: ProblemCode; detail: string } | null;
  header: Record<string, unknown> | null;
  claims: Record<string, unknown> | null;
  /** The `kid` of the signing key that verified it. */
  kid: string | null;
  permissions: Record<NamedPermission, { allowed: boolean; because: string }>;
}
