/**
 * Reads a token before its signature is checked: its form, its header, its claims and its times. No I/O and no clock: a
 * token that is refused here costs no cryptography and no round trip.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { TOKEN_LEEWAY_SECONDS, TOKEN_MAX_CHARS } from '../limits.ts';
import { Problem } from '../problem.ts';
import type { SchedulerPolicy } from '../sdk/types.ts';
import { isRecord, pathOf, reasonOf, shape, uuid, withoutNulls } from '../validation/schemas.ts';
import { permissions } from './policy.ts';

/** A token whose form and claims are checked, and whose signature, key and user are not. */
export interface Token {
  readonly jws: string;
  readonly kid: string | undefined;
  /** `nettuSchedulerUserId`, the subject. */
  readonly user: string;
  /** `iat` in milliseconds; null where the token has none. */
  readonly issued: number | null;
  readonly policy: SchedulerPolicy | undefined;
  /** `exp` and `nbf` in milliseconds, with the leeway. */
  readonly from: number;
  readonly until: number;
  /** For each signing key that was tried, by its `seq`: whether the key verifies the token. This never changes. */
  readonly verifiedBy: Map<number, boolean>;
}

/** The header and the claims of a token; null if they cannot be decoded. */
export interface Decoded {
  header: Record<string, unknown> | null;
  claims: Record<string, unknown> | null;
}

/** Decodes the parts of a token that it can, and checks nothing. */
export function decode(jws: string): Decoded {
  if (jws.length > TOKEN_MAX_CHARS) return { header: null, claims: null };
  return {
    header: attempt(() => ({ ...decodeProtectedHeader(jws) })),
    claims: attempt(() => decodeJwt(jws)),
  };
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

const rules = v.array(v.picklist(['*', ...permissions], 'must be a permission or *'), 'must be a list');
const policyEntries = { allow: v.optional(rules), reject: v.optional(rules) };
const policyShape = 'must be { allow?: Permission[], reject?: Permission[] }';
const numericDate = v.pipe(v.number('must be a number of seconds'), v.finite('must be a number of seconds'));

const policySchema = v.optional(
  v.pipe(
    v.custom<unknown>(isRecord, policyShape),
    v.transform(withoutNulls(policyEntries)),
    v.strictObject(policyEntries, policyShape),
  ),
);

const claimsSchema = shape({
  nettuSchedulerUserId: uuid('must be the id of a user, a UUID'),
  exp: numericDate,
  iat: v.optional(numericDate),
  nbf: v.optional(numericDate),
  schedulerPolicy: policySchema,
});

/** The policy in a token's claims, and whether it is readable. A missing policy is readable. */
export function readPolicy(claims: Decoded['claims']): {
  readable: boolean;
  policy: SchedulerPolicy | undefined;
} {
  const parsed = v.safeParse(policySchema, claims?.schedulerPolicy ?? undefined);
  const readable = claims !== null && parsed.success;
  return { readable, policy: readable ? parsed.output : undefined };
}

/**
 * Checks everything about a token that needs no key, database or clock: RFC 7519 section 7.2, with `alg` fixed to RS256
 * (RFC 8725 section 3.1) and no critical extension supported (RFC 7515 section 4.1.11). If a claim is repeated, the last
 * one counts (RFC 7519 section 4). null in an optional claim, list of the policy or `kid` means that it is absent, and so
 * grants nothing.
 *
 * @throws Problem `token-malformed`, `token-algorithm`, `token-claims`
 */
export function readToken(jws: string, { header, claims }: Decoded): Token {
  const malformed = (detail: string) => new Problem('token-malformed', detail);
  if (jws.length > TOKEN_MAX_CHARS) throw malformed(`Send a token of at most ${TOKEN_MAX_CHARS} characters.`);
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jws)) {
    throw malformed('Send a compact JWS: three base64url parts, joined by dots.');
  }
  if (!header) throw malformed('The header must be base64url-encoded JSON.');
  if (header.alg !== 'RS256')
    throw new Problem('token-algorithm', 'Sign the token with the alg RS256. The service accepts no other.');
  if (header.crit !== undefined)
    throw malformed('Remove crit from the header. The service supports no critical extensions.');
  const kid = header.kid ?? undefined;
  if (kid !== undefined && typeof kid !== 'string')
    throw malformed('The kid in the header must be a string.');
  if (!claims) throw malformed('The payload must be a base64url-encoded JSON object.');

  const parsed = v.safeParse(claimsSchema, claims, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Problem('token-claims', `The claim ${pathOf(issue)} ${reasonOf(issue)}.`);
  }
  const { nettuSchedulerUserId: user, exp, iat, nbf, schedulerPolicy: policy } = parsed.output;
  return {
    jws,
    kid,
    user,
    issued: iat === undefined ? null : milliseconds(iat),
    policy,
    from: nbf === undefined ? Number.NEGATIVE_INFINITY : (nbf - TOKEN_LEEWAY_SECONDS) * 1000,
    until: (exp + TOKEN_LEEWAY_SECONDS) * 1000,
    verifiedBy: new Map(),
  };
}

/**
 * @param now milliseconds since the epoch.
 * @throws Problem `token-expired`, `token-not-yet-valid`
 */
export function checkTimes({ from, until }: Token, now: number): void {
  if (now >= until) {
    throw new Problem('token-expired', 'The exp of the token has passed. Get a new token from your server.');
  }
  if (now < from) {
    throw new Problem(
      'token-not-yet-valid',
      'The nbf of the token is in the future. Check the clock of the server that signs tokens.',
    );
  }
}

/** Milliseconds, limited to the numbers that D1 can bind, since a claim can be any number. */
function milliseconds(seconds: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(seconds * 1000, Number.MAX_SAFE_INTEGER));
}
