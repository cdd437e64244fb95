/** Verifies a token against the keys and the user that the database returned. */
import { compactVerify } from 'jose';
import { Problem } from '../problem.ts';
import type { ProblemCode, SigningKeyState } from '../sdk/types.ts';
import type { CandidateKey, Candidates } from './candidate-keys.ts';
import { importStoredKey } from './public-key.ts';
import type { Token } from './token.ts';

/** The key that signed a token, if any; a refusal; and the cause of the refusal, which only the account may learn. */
export type Verification =
  | { signer: CandidateKey; refusal: null; cause: null }
  | { signer: CandidateKey | null; refusal: Problem; cause: Problem | null };

/**
 * Verifies a token by the account's keys. A `kid` that names one of them selects it; any other token is tried against
 * every key that is accepted now. Where no key verifies the signature, the bearer gets one answer whether the account
 * has no keys, has other keys, or does not exist: only a bearer with a good signature learns more.
 */
export async function verifyToken(
  token: Token,
  { keys, user }: Pick<Candidates, 'keys' | 'user'>,
): Promise<Verification> {
  const signer = await keyThatVerifies(token, keys);
  if (!signer)
    return { signer, refusal: new Problem('token-signature', unsigned), cause: causeOf(token, keys) };
  return { signer, refusal: refusalOf(signer, user), cause: null };
}

const unsigned =
  'No signing key of the account verifies it. Check the account id, that the account has the public half of the key ' +
  'you sign with (PUT /account/pubkey), and that the token arrived complete. POST /account/keys/inspect tells the ' +
  'account more.';

/** The key that verifies the token: an accepted key if there is one, else one that was, or will be, accepted. */
export async function keyThatVerifies(
  token: Token,
  keys: readonly CandidateKey[],
): Promise<CandidateKey | null> {
  const named = keys.filter(({ kid }) => kid === token.kid);
  const tried = named.length ? named : [...keys].sort((a, b) => b.accepted - a.accepted);
  for (const key of tried) {
    if (await verifies(token, key)) return key;
  }
  return null;
}

/** Verifies once for each key: a later change of the key's state does not change the result. */
async function verifies(token: Token, { seq, pem }: CandidateKey): Promise<boolean> {
  const known = token.verifiedBy.get(seq);
  if (known !== undefined || pem === null) return known ?? false;
  const key = await importStoredKey(pem);
  const verified = await compactVerify(token.jws, key, { algorithms: ['RS256'] }).then(
    () => true,
    () => false,
  );
  token.verifiedBy.set(seq, verified);
  return verified;
}

/** Why a token is refused although its signature is good. */
function refusalOf({ kid, state, accepted }: CandidateKey, user: Candidates['user']): Problem | null {
  if (!accepted) {
    const [code, reason] = unaccepted[state];
    return new Problem(
      code,
      `The key that signed it (kid ${kid}) ${reason}. Sign with an active key of the account.`,
    );
  }
  if (!user.known) {
    return new Problem(
      'user-unknown',
      'Its nettuSchedulerUserId names no user of this account. Create the user first.',
    );
  }
  if (user.outdated) {
    return new Problem(
      'token-revoked',
      "It was issued before its user's notBefore, or has no iat. Get a new token.",
    );
  }
  return null;
}

const unaccepted: Record<SigningKeyState, [ProblemCode, string]> = {
  standby: ['key-standby', 'is on standby, and not accepted yet'],
  active: ['key-retired', 'is not accepted now'],
  retiring: ['key-retired', 'has passed its retiresAt'],
  revoked: ['key-revoked', 'is revoked'],
};

function causeOf({ kid }: Token, keys: readonly CandidateKey[]): Problem {
  if (keys.length === 0)
    return new Problem('key-missing', 'The account has no signing key. Upload its public key.');
  return keys.some((key) => key.kid === kid)
    ? new Problem(
        'token-signature',
        `Its kid names the key ${kid}, and that key does not verify it. No other key was tried.`,
      )
    : new Problem(
        'token-signature',
        `None of the account's ${keys.length} keys verifies it, whether accepted, retired or revoked.`,
      );
}
