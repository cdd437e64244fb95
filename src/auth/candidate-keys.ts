/**
 * The signing keys that may have signed a token, and the token's user, as the database has them. SQL states once which
 * keys are accepted: the statement is the proof of a read, and the same condition guards every write made with a token,
 * in the same transaction, so that no change slips in between.
 */
import { removed } from '../db/removed.ts';
import { raw, type Sql, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import type { SigningKeyState } from '../sdk/types.ts';
import type { Token } from './token.ts';

/** One signing key of the account. */
export interface CandidateKey {
  seq: number;
  kid: string;
  /** null where the key is known to verify this token, so the PEM need not travel. */
  pem: string | null;
  state: SigningKeyState;
  /** 1 when the account accepts tokens signed with this key now. */
  accepted: number;
  /** 1 when the account lets replicas answer. */
  reads_replica: number;
}

/** Everything that decides whether a token is accepted. */
export interface Candidates {
  /** Every signing key of the account. Empty where the account has none, or does not exist. */
  keys: CandidateKey[];
  user: {
    /** 1 when the token's user exists. */
    known: number;
    /** 1 when the token was issued before its user's `notBefore`. */
    outdated: number;
  };
  /** 1 when the operator has suspended the account. */
  suspended: number;
  /** 1 when the guard of the write beside the proof held. */
  held: number;
}

const accepted = (now: number) => sql`(k.state = 'active' OR k.state = 'retiring' AND k.retires_at > ${now})`;

/** The conditions that the account of a key `k`, and a user `u`, are not removed. */
const accountLives = raw(`NOT ${removed('k.account_id', 'k.account_id')}`);
const userLives = raw(`NOT ${removed('u.account_id', 'u.id')}`);

/** A token without `iat` cannot show that it is younger than `notBefore`. */
const outdated = ({ issued }: Token) => sql`(u.not_before IS NOT NULL AND u.not_before > ${issued ?? -1})`;

const verifying = ({ verifiedBy }: Token): number | null =>
  [...verifiedBy].findLast(([, verifies]) => verifies)?.[0] ?? null;

/**
 * Selects the proof of a token: `Candidates` in JSON.
 *
 * @param account SQL that yields the account's id.
 * @param guard the guard of the write that travels with the proof.
 */
export const selectCandidates = (account: Sql, token: Token, now: number, guard: Sql = sql`NULL`): Sql => sql`
  (SELECT json_object('held', ${guard} IS NOT NULL, 'suspended', ${raw(suspended('account'))},
    'user', json_object('known', u.id IS NOT NULL, 'outdated', ${outdated(token)}),
    'keys', (SELECT json_group_array(json_object('seq', seq, 'kid', kid, 'state', state, 'accepted', ${accepted(now)}, 'reads_replica', reads_replica,
        'pem', CASE WHEN seq = ${verifying(token)} THEN NULL ELSE pem END))
      FROM signing_keys k WHERE account_id = account AND ${accountLives}))
  FROM (SELECT ${account} AS account) LEFT JOIN users u ON u.account_id = account AND u.id = ${token.user} AND ${userLives})`;

export const readCandidates = (proof: unknown): Candidates => JSON.parse(String(proof));

/**
 * The account's id while it accepts this very key from the token's user, the key is still the one that the token's `kid`
 * selects, and the account is not suspended; else NULL.
 */
export const accountWhileAccepted = (
  account: string,
  token: Token,
  { seq, kid }: Pick<CandidateKey, 'seq' | 'kid'>,
  now: number,
): Sql => sql`(
  SELECT k.account_id FROM signing_keys k JOIN users u ON u.account_id = k.account_id AND u.id = ${token.user}
  WHERE k.seq = ${seq} AND k.account_id = ${account} AND ${accepted(now)} AND NOT ${outdated(token)}
    AND ${accountLives} AND NOT ${raw(suspended('k.account_id'))} AND ${userLives}${
      token.kid === undefined || token.kid === kid
        ? sql``
        : sql` AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE account_id = ${account} AND kid = ${token.kid})`
    })`;
