/** What a token's bearer may do, and the claims that say so. */
import type { Permissions } from '../constants.ts';

/** What a token's policy can allow or reject; `*` stands for all. */
export type Permission = (typeof Permissions)[keyof typeof Permissions];

/** A permission that stands for one kind of action. Reading needs none. */
export type NamedPermission = Exclude<Permission, '*'>;

/** What the bearer of a token may do besides reading. `reject` wins over `allow`; what neither names is refused. */
export interface SchedulerPolicy {
  allow?: readonly Permission[] | undefined;
  reject?: readonly Permission[] | undefined;
}

/**
 * The claims of a user's token, to be signed with RS256. Times are in **seconds** since the epoch, as in every JWT.
 *
 * A type alias and not an interface, because only an alias fits the index signature of jose's `JWTPayload`.
 */
export type SchedulerClaims = {
  /** The id of the user whom the token speaks for. */
  nettuSchedulerUserId: string;
  /** Seconds; from then on the token is refused. */
  exp: number;
  /** Seconds; what `user.revokeTokens` goes by. */
  iat?: number;
  /** Seconds; until then the token is refused. */
  nbf?: number;
  /** Without a policy the token can read, and nothing else. */
  schedulerPolicy?: SchedulerPolicy;
  iss?: string;
  sub?: string;
  aud?: string | string[];
  jti?: string;
};
