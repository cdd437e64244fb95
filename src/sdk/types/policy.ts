/** Permissions, policies, and the claims of a token. */
import type { Permissions } from '../permissions.ts';

/** A permission that a policy can allow or reject. `*` stands for all of them. */
export type Permission = Permissions;

/** A permission for one kind of action. Reading needs none. */
export type NamedPermission = Exclude<Permission, '*'>;

/** The permissions of a token. `reject` wins over `allow`, and a permission that neither lists is refused. */
export interface SchedulerPolicy {
  allow?: readonly Permission[] | undefined;
  reject?: readonly Permission[] | undefined;
}

/**
 * The claims of a user's token, which your server signs with RS256. Times are in **seconds** since the epoch, as in every
 * JWT.
 *
 * This is a type alias, because an interface does not fit the index signature of jose's `JWTPayload`.
 */
export type SchedulerClaims = {
  /** The id of the user that the token acts for. */
  nettuSchedulerUserId: string;
  /** When the token expires, in seconds since the epoch. */
  exp: number;
  /** When the token was issued, in seconds since the epoch. `user.revokeTokens` refuses tokens by this time. */
  iat?: number;
  /** When the token becomes valid, in seconds since the epoch. */
  nbf?: number;
  /** Without a policy, the token can only read. */
  schedulerPolicy?: SchedulerPolicy;
  iss?: string;
  sub?: string;
  aud?: string | string[];
  jti?: string;
};
