/** Who signed a token, and does that still count: its verdict, by the keys and the user that the database has. */
import { compactVerify } from 'jose';
import { Problem } from '../problem.ts';
import type { ProblemCode, SigningKeyState } from '../sdk/types.ts';
import type { CandidateKey, Candidates } from './candidate-keys.ts';
import { importStoredKey } from './public-key.ts';
import type { Token } from './token.ts';

/** The key that a token was signed with, if any; a refusal; and its cause, which only the account's owner is told. */
export type Verdict =
  | { signer: CandidateKey; refusal: null; cause: null }
  | { signer: CandidateKey | null; refusal: Problem; cause: Problem | null };

/**
 * Judges a token by the account's keys. A `kid` that names one of them picks it; any other token is tried against
 * all that are accepted now. To a bearer whose signature no key verifies, an account without keys, an account
 * with other keys and no account at all are the same: what depends on an id is told only after that.
 */
export async function judge(
  token: Token,
  { keys, user }: Pick<Candidates, 'keys' | 'user'>,
): Promise<Verdict> {
  const signer = await keyThatVerifies(token, keys);
  if (!signer)
    return { signer, refusal: new Problem('token-signature', unsigned), cause: causeOf(token, keys) };
  return { signer, refusal: refusalOf(signer, user), cause: null };
}

const unsigned =
  'No signing key of the account verifies it. Check the account id, that the account has the public half of the key ' +
  'you sign with (PUT /account/pubkey), and that the token arrived whole. POST /account/keys/inspect tells the ' +
  "account's owner more.";

/** The key that verifies the token: an accepted one if there is one, else one that was, or will be, accepted. */
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

/** Found out once for each key: what becomes of the key does not change it. */
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
    const [code, what] = unaccepted[state];
    return new Problem(
      code,
      `The key that signed it (kid ${kid}) ${what}. Sign with an active key of the account.`,
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
  retiring: ['key-retired', 'has reached its retiresAt'],
  revoked: ['key-revoked', 'is revoked'],
};

function causeOf({ kid }: Token, keys: readonly CandidateKey[]): Problem {
  if (keys.length === 0)
    return new Problem('key-missing', 'The account has no signing key. Upload its public key.');
  return keys.some((key) => key.kid === kid)
    ? new Problem(
        'token-signature',
        `Its kid names the key ${kid}, and that key does not verify it. No other was tried.`,
      )
    : new Problem(
        'token-signature',
        `None of the account's ${keys.length} keys verifies it, in whatever state.`,
      );
}
