/**
 * Safe retries: a creation that is sent again with the same `Idempotency-Key` gets its first answer again. The answer is
 * stored in the transaction of the creation and looked up in the same batch, so that two requests at once, in any
 * locations, create one resource; and it costs no round trip.
 */
import { hashOf } from '../crypto/hash.ts';
import { seal, sealingKey, unseal } from '../crypto/seal.ts';
import {
  type IdempotencyRecordRow,
  type IdempotentRequest,
  insertIdempotencyRecord,
  isNew,
  isOf,
  keyReused,
  selectIdempotencyRecord,
} from '../db/idempotency-store.ts';
import { onlyWhile, type Scope } from '../db/scope.ts';
import type { Sql } from '../db/sql.ts';
import { IDEMPOTENCY_KEY_MAX_CHARS } from '../limits.ts';
import type { AnyOperation, ParsedInput } from '../operation.ts';
import { type ExpectedAnswer, Plan, type Planner, WithEtag } from '../plan.ts';
import { invalid, isRecord } from '../validation/schemas.ts';

const KEY = new RegExp(`^[ -~]{1,${IDEMPOTENCY_KEY_MAX_CHARS}}$`);

/** The `Idempotency-Key` of a creation. @throws Problem `input-invalid` where it is malformed. */
export function idempotencyKeyIn({ headers }: Request, { idempotent }: AnyOperation): string | null {
  const key = idempotent ? headers.get('idempotency-key') : null;
  if (key === null || KEY.test(key)) return key;
  const reason = `must be 1 to ${IDEMPOTENCY_KEY_MAX_CHARS} printable ASCII characters`;
  throw invalid([{ path: 'Idempotency-Key', reason }]);
}

/** A body as text in which the order of metadata, and of a webhook's headers, does not count. The schema has put all other members in its own order. */
const inOneOrder = (body: unknown): string =>
  JSON.stringify(body, (name, value) => {
    if ((name !== 'metadata' && name !== 'headers') || !isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/**
 * The idempotent request that a creation with an `Idempotency-Key` makes: its path and its input tell it from any other
 * request with that key. null for a request without a key, and for any other operation.
 *
 * @param path the path in one spelling, whichever of its spellings the request has.
 */
export async function idempotentRequestIn(
  { method, url }: Request,
  path: string,
  key: string | null,
  { sealedWith }: AnyOperation,
  input: ParsedInput,
): Promise<IdempotentRequest | null> {
  if (key === null) return null;
  const hash = (path: string, body: string) =>
    hashOf(`[${JSON.stringify(method)},${JSON.stringify(path)},${body},${JSON.stringify(key)}]`);
  const { body = null } = input;
  const request = await hash(path, inOneOrder(body));
  const asSent = () => hash(new URL(url).pathname, JSON.stringify(body));
  const secret = sealedWith?.(input as never) ?? null;
  // A reader of the database could guess the code of POST /account, but not the random key: so the key takes part in the
  // sealing, and the database has only its hash.
  const purpose = 'remembered answer'; // words: allow, stored answers are sealed for it
  const seal = secret === null ? null : await sealingKey(JSON.stringify([secret, key]), purpose);
  return { key: await hashOf(key), caller: input.tokenUser ?? '', request, asSent, seal };
}

/**
 * The plan of a creation that takes effect once: where it already has, it replays the stored answer.
 *
 * @param planner makes the creation's plan, for a scope that holds only while there is no record to replay.
 * @param does the operation.
 */
export async function replayable(
  request: IdempotentRequest,
  scope: Scope,
  now: number,
  planner: Planner,
  { current, revived }: AnyOperation,
): Promise<Plan> {
  const wrap = async (inner: Plan): Promise<Plan> => {
    const { expected, statements } = inner;
    const store = expected ? [await storing(expected, request, scope, now)] : [];
    return new Plan(
      [selectIdempotencyRecord(scope, request, now, current?.(scope)), ...statements, ...store],
      async ([records, ...results], principal) => {
        const [record] = records as IdempotencyRecordRow[];
        if (record) return replay(record, request, revived);
        const outcome = await inner.answer(results.slice(0, statements.length), principal);
        return outcome instanceof Plan ? wrap(outcome) : outcome;
      },
      // A second run finds the record of the first, and does nothing more.
      { repeatable: store.length > 0 },
    );
  };
  return wrap(await planner(onlyWhile(isNew(scope, request, now), scope)));
}

async function storing(
  { answer: expected, created }: ExpectedAnswer<WithEtag | Sql>,
  request: IdempotentRequest,
  scope: Scope,
  now: number,
) {
  const record = { created, now };
  if (!(expected instanceof WithEtag))
    return insertIdempotencyRecord(scope, request, { ...record, answer: expected });
  const text = JSON.stringify([expected.body, expected.version]);
  const answer = request.seal ? await seal(request.seal, request.key, text) : text;
  return insertIdempotencyRecord(scope, request, { ...record, answer });
}

/** @throws Problem `idempotency-key-reused` */
async function replay(
  record: IdempotencyRecordRow,
  request: IdempotentRequest,
  revived: AnyOperation['revived'],
): Promise<WithEtag> {
  if (!(await isOf(record, request))) throw keyReused();
  const { key, seal } = request;
  const { answer } = record;
  const text = seal ? await unseal(seal, key, answer) : answer;
  if (text === null)
    throw keyReused(
      'An earlier request with this key had another API key, and only that API key gets its answer.',
    );
  const [body, version] = JSON.parse(text) as [never, number];
  return new WithEtag(revived ? revived(body) : body, version, true);
}
