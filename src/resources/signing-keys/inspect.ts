/** What the service makes of a token, told to the account's owner: by the very code that guards the routes. */
import { decide, permissions } from '../../auth/policy.ts';
import { judge, signersOf, type Verdict } from '../../auth/signers.ts';
import { checkTimes, type Decoded, decode, readPolicy, readToken, type Token } from '../../auth/token.ts';
import { Problem } from '../../http/problem.ts';
import { operation, plan } from '../../operation.ts';
import type { Inspection } from '../../sdk/types.ts';
import { inspection } from './input.ts';

export const inspectToken = operation({
  body: inspection,
  run(scope, { body: { token: jws }, now }) {
    const decoded = decode(jws);
    const report = ({ signer, refusal, cause }: Verdict): Inspection => ({
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
    return plan([signersOf(scope.account, token, now)], async (signers) =>
      report(await judge(token, signers)),
    );
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

/** What the policy says of each permission, also in a token that is refused for another reason. */
function permissionsOf(claims: Record<string, unknown> | null): Inspection['permissions'] {
  const { readable, policy } = readPolicy(claims);
  const unreadable = {
    allowed: false,
    because: 'The token has no policy that can be read, so it is refused.',
  };
  const decisions = permissions.map((permission) => [
    permission,
    readable ? decide(policy, [permission]) : unreadable,
  ]);
  return Object.fromEntries(decisions);
}
