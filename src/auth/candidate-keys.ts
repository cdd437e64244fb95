/**
 * The keys that may have signed a token, as the database has them, beside the token's user. What is accepted is
 * written once, in SQL: it answers in the evidence that a token is judged by, and it is the condition inside every
 * write made with a token, in the same transaction, so nothing slips in between.
 */
import { type Sql, sql } from '../db/sql.ts';
import type { SigningKeyState } from '../sdk/types.ts';
import type { Token } from './token.ts';

/** One signing key of the account. */
export interface CandidateKey {
  seq: number;
  kid: string;
  /** null where this key is known to verify the token that was asked about: then it need not travel. */
  pem: string | null;
  state: SigningKeyState;
  /** 1 when a token signed with it counts now. */
  accepted: number;
  /** 1 when its account lets replicas answer. */
  nearest: number;
}

/** All that a token is judged by. */
export interface Candidates {
  /** Every key of the account. None: no key, or no such account. */
  keys: CandidateKey[];
  user: {
    /** 1 when the token's user exists. */
    known: number;
    /** 1 when the token was issued before its user's `notBefore`. */
    outdated: number;
  };
  /** 1 when the guard of the write beside it held. */
  held: number;
}

/** An account has at most so many keys, revoked ones included, so a token is tried against few. */
export const MAX_KEYS = 20;

const accepted = (now: number) => sql`(k.state = 'active' OR k.state = 'retiring' AND k.retires_at > ${now})`;

/** A token without `iat` cannot show that it is younger. */
const outdated = ({ issued }: Token) => sql`(u.not_before IS NOT NULL AND u.not_before > ${issued ?? -1})`;

const verifying = ({ verifiedBy }: Token): number | null =>
  [...verifiedBy].findLast(([, verifies]) => verifies)?.[0] ?? null;

/**
 * Evidence of a token: `Candidates` in JSON.
 *
 * @param account yields its id.
 * @param guard of a write that travels along.
 */
export const selectCandidates = (account: Sql, token: Token, now: number, guard: Sql = sql`NULL`): Sql => sql`
  (SELECT json_object('held', ${guard} IS NOT NULL,
    'user', json_object('known', u.id IS NOT NULL, 'outdated', ${outdated(token)}),
    'keys', (SELECT json_group_array(json_object('seq', seq, 'kid', kid, 'state', state, 'accepted', ${accepted(now)}, 'nearest', nearest,
        'pem', CASE WHEN seq = ${verifying(token)} THEN NULL ELSE pem END))
      FROM signing_keys k WHERE account_id = account))
  FROM (SELECT ${account} AS account) LEFT JOIN users u ON u.account_id = account AND u.id = ${token.user})`;

export const readCandidates = (evidence: unknown): Candidates => JSON.parse(String(evidence));

/**
 * The account's id while this very key is accepted from this token's user, and still the one that the token's `kid`
 * picks; else NULL.
 */
export const accountWhileAccepted = (
  account: string,
  token: Token,
  { seq, kid }: Pick<CandidateKey, 'seq' | 'kid'>,
  now: number,
): Sql => sql`(
  SELECT k.account_id FROM signing_keys k JOIN users u ON u.account_id = k.account_id AND u.id = ${token.user}
  WHERE k.seq = ${seq} AND k.account_id = ${account} AND ${accepted(now)} AND NOT ${outdated(token)}${
    token.kid === undefined || token.kid === kid
      ? sql``
      : sql` AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE account_id = ${account} AND kid = ${token.kid})`
  })`;
