/** Inspects a token for the account, with the very code that guards the routes. */
import { readCandidates, selectCandidates } from '../../auth/candidate-keys.ts';
import { decide, permissions } from '../../auth/policy.ts';
import { checkTimes, type Decoded, decode, readPolicy, readToken, type Token } from '../../auth/token.ts';
import { type Verification, verifyToken } from '../../auth/verify-token.ts';
import { query } from '../../db/sql.ts';
import { read } from '../../operation.ts';
import { plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { Inspection } from '../../sdk/types.ts';
import { inspection } from './input.ts';

export const inspectToken = read({
  body: inspection,
  run(scope, { body: { token: jws }, now }) {
    const decoded = decode(jws);
    const report = ({ signer, refusal, cause }: Verification): Inspection => ({
      valid: !refusal,
      code: refusal?.code ?? null,
      detail: refusal?.detail ?? null,
      cause: cause && { code: cause.code, detail: cause.detail },
      ...decoded,
      kid: signer?.kid ?? null,
      permissions: permissionsOf(decoded.claims),
    });

    const token = readOrRefuse(jws, decoded, now);
    if (token instanceof Problem)
      return plan([], () => report({ signer: null, refusal: token, cause: null }));
    const candidates = query<{ json: string }>`SELECT ${selectCandidates(scope.account, token, now)} AS json`;
    return plan([candidates], async ([row]) => report(await verifyToken(token, readCandidates(row?.json))));
  },
});

function readOrRefuse(jws: string, decoded: Decoded, now: number): Token | Problem {
  try {
    const token = readToken(jws, decoded);
    checkTimes(token, now);
    return token;
  } catch (problem) {
    if (problem instanceof Problem) return problem;
    throw problem;
  }
}

/** The policy's decision for each permission, also in a token that is refused for another reason. */
function permissionsOf(claims: Record<string, unknown> | null): Inspection['permissions'] {
  const { readable, policy } = readPolicy(claims);
  const unreadable = {
    allowed: false,
    because: 'The policy in the token cannot be read, so the token is refused.',
  };
  const decisions = permissions.map((permission) => [
    permission,
    readable ? decide(policy, [permission]) : unreadable,
  ]);
  return Object.fromEntries(decisions);
}
