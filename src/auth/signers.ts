/**
 * Who signed a token, and does that still count: the keys of its account and its user, as the database has them.
 * What is accepted is written once, in SQL. It answers in the SELECT that a token is judged by, and it is the
 * condition inside every write made with a token: the same transaction, so nothing slips in between.
 */
import { compactVerify } from 'jose';
import { BoundedMap } from '../bounded-map.ts';
import { type Sql, sql } from '../db/sql.ts';
import { Problem } from '../http/problem.ts';
import type { ProblemCode, SigningKeyState } from '../sdk/types.ts';
import { importStoredKey } from './public-key.ts';
import type { Token } from './token.ts';

/** One signing key of the account, beside the token's user. */
export interface Signer {
  seq: number;
  kid: string;
  /** null where this key is known to verify the token that was asked about: then it need not travel. */
  pem: string | null;
  state: SigningKeyState;
  /** 1 when a token signed with it counts now. */
  accepted: number;
  /** 1 when the token's user exists. */
  known: number;
  /** 1 when the token was issued before its user's `notBefore`. */
  outdated: number;
  /** 1 when the guard of the write beside it held. */
  held: number;
}

/** An account has at most so many keys, revoked ones included, so a token is tried against few. */
export const MAX_KEYS = 20;

/** Tokens that this isolate has read and verified. */
const verified = new BoundedMap<string, Token>(1000);

export const recall = (jws: string): Token | undefined => verified.get(jws);

const accepted = (now: number) => sql`(k.state = 'active' OR k.state = 'retiring' AND k.retires_at > ${now})`;

/** A token without `iat` cannot show that it is younger. */
const outdated = ({ issued }: Token) => sql`(u.not_before IS NOT NULL AND u.not_before > ${issued ?? -1})`;

/**
 * Every key of the account, each beside the token's user. No row: no key, or no such account.
 *
 * @param guard of a write that travels along; `held` says of each row alike whether it took effect.
 */
export const signersOf = (
  account: Sql,
  token: Token,
  now: number,
  guard: Sql = sql`NULL`,
): Sql<Signer> => sql<Signer>`
  SELECT k.seq, k.kid, k.state, CASE WHEN k.seq = ${[...token.verifiedBy].at(-1) ?? null} THEN NULL ELSE k.pem END AS pem,
    ${accepted(now)} AS accepted,
    u.id IS NOT NULL AS known, ${outdated(token)} AS outdated, ${guard} IS NOT NULL AS held
  FROM signing_keys k LEFT JOIN users u ON u.account_id = k.account_id AND u.id = ${token.user}
  WHERE k.account_id = ${account}`;

/**
 * The account's id while this very key is accepted from this token's user, and still the one that the token's `kid`
 * picks; else NULL.
 */
export const accountWhileAccepted = (
  account: string,
  token: Token,
  { seq, kid }: Signer,
  now: number,
): Sql => sql`(
  SELECT k.account_id FROM signing_keys k JOIN users u ON u.account_id = k.account_id AND u.id = ${token.user}
  WHERE k.seq = ${seq} AND k.account_id = ${account} AND ${accepted(now)} AND NOT ${outdated(token)}${
    token.kid === undefined || token.kid === kid
      ? sql``
      : sql` AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE account_id = ${account} AND kid = ${token.kid})`
  })`;

/** The key that a token was signed with, if any; a refusal; and its cause, which only the account's owner is told. */
export type Verdict =
  | { signer: Signer; refusal: null; cause: null }
  | { signer: Signer | null; refusal: Problem; cause: Problem | null };

/**
 * Judges a token by the account's keys. A `kid` that names one of them picks it; any other token is tried against
 * all that are accepted now. To a bearer whose signature no key verifies, an account without keys, an account
 * with other keys and no account at all are the same: what depends on an id is told only after that.
 *
 * @param signers the rows of `signersOf`.
 */
export async function judge(token: Token, signers: readonly Signer[]): Promise<Verdict> {
  const signer = await signerOf(token, signers);
  if (!signer) {
    return { signer, refusal: new Problem('token-signature', unsigned), cause: causeOf(token, signers) };
  }
  return { signer, refusal: refusalOf(signer), cause: null };
}

const unsigned =
  'No signing key of the account verifies it. Check the account id, that the account has the public half of the key ' +
  'you sign with (PUT /account/pubkey), and that the token arrived whole. POST /account/keys/inspect tells the ' +
  "account's owner more.";

/** The key that verifies the token: an accepted one if there is one, else one that was, or will be, accepted. */
export async function signerOf(token: Token, signers: readonly Signer[]): Promise<Signer | null> {
  const named = signers.filter(({ kid }) => kid === token.kid);
  const tried = named.length ? named : [...signers].sort((a, b) => b.accepted - a.accepted);
  for (const signer of tried) {
    if (await verifies(token, signer)) return signer;
  }
  return null;
}

/** That a key verifies a token stays true for ever, whatever becomes of the key, so it is found out once. */
async function verifies(token: Token, { seq, pem }: Signer): Promise<boolean> {
  if (token.verifiedBy.has(seq)) return true;
  if (pem === null) return false;
  const key = await importStoredKey(pem);
  try {
    await compactVerify(token.jws, key, { algorithms: ['RS256'] });
  } catch {
    return false;
  }
  token.verifiedBy.add(seq);
  verified.set(token.jws, token);
  return true;
}

/** Why a token is refused although its signature is good. */
function refusalOf({ kid, state, accepted, known, outdated }: Signer): Problem | null {
  if (!accepted) {
    const [code, what] = unaccepted[state];
    return new Problem(
      code,
      `The key that signed it (kid ${kid}) ${what}. Sign with an active key of the account.`,
    );
  }
  if (!known) {
    return new Problem(
      'user-unknown',
      'Its nettuSchedulerUserId names no user of this account. Create the user first.',
    );
  }
  if (outdated) {
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

function causeOf({ kid }: Token, signers: readonly Signer[]): Problem {
  if (signers.length === 0)
    return new Problem('key-missing', 'The account has no signing key. Upload its public key.');
  return signers.some((signer) => signer.kid === kid)
    ? new Problem(
        'token-signature',
        `Its kid names the key ${kid}, and that key does not verify it. No other was tried.`,
      )
    : new Problem(
        'token-signature',
        `None of the account's ${signers.length} keys verifies it, in whatever state.`,
      );
}
