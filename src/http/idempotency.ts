/**
 * Safe retries: a creation that is sent again with the same `Idempotency-Key` gets the answer that it got, or should
 * have got, the first time. The answer is remembered in the transaction that makes it true, and asked for in the same
 * batch, so that two at once, in whatever locations, come to one; and it costs no round trip.
 */
import { hashOf } from '../auth/api-key.ts';
import { seal, sealingKey, unseal } from '../crypto/seal.ts';
import {
  insertRemembered,
  isNew,
  type Memo,
  type RememberedRow,
  selectRemembered,
} from '../db/idempotency-store.ts';
import { onlyWhile, type Scope } from '../db/scope.ts';
import { Plan, type Promised, Tagged } from '../operation.ts';
import { Problem } from '../problem.ts';
import { invalid } from '../validation/schemas.ts';

/** @throws Problem `input-invalid` */
export function idempotencyKey(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key === null || /^[ -~]{1,255}$/.test(key)) return key;
  throw invalid([{ path: 'Idempotency-Key', reason: 'must be 1 to 255 printable ASCII characters' }]);
}

/**
 * A request with a key, as it is told from any other with that key: by its path and its input.
 *
 * @param secret what a remembered answer is to be sealed with; null: it holds no secret.
 */
export async function memoOf(
  { method, url }: Request,
  body: unknown,
  { key, caller, secret }: Pick<Memo, 'key' | 'caller'> & { secret: string | null },
): Promise<SealedMemo> {
  const request = await hashOf(JSON.stringify([method, new URL(url).pathname, body, key]));
  // A code can be guessed by who has the database, a key from a library of ours cannot: so it is kept as a hash alone.
  const seal = secret === null ? null : await sealingKey(JSON.stringify([secret, key]), 'remembered answer');
  return { key: await hashOf(key), caller, request, seal };
}

export interface SealedMemo extends Memo {
  seal: CryptoKey | null;
}

/**
 * The plan of a creation that takes place once: where it has, it answers as it did then.
 *
 * @param planFor makes it for a scope that holds while there is nothing to answer again.
 */
export async function once(
  memo: SealedMemo,
  scope: Scope,
  now: number,
  planFor: (scope: Scope) => Promise<Plan>,
): Promise<Plan> {
  const wrap = async (inner: Plan): Promise<Plan> => {
    const { promised, statements } = inner;
    const remember = promised
      ? [insertRemembered(scope, memo, { answer: await toText(promised, memo), made: promised.made, now })]
      : [];
    return new Plan(
      [selectRemembered(scope, memo, now), ...statements, ...remember],
      async ([remembered, ...results], caller) => {
        const [row] = remembered as RememberedRow[];
        if (row) return again(row, memo);
        const outcome = await inner.answer(results.slice(0, statements.length), caller);
        return outcome instanceof Plan ? wrap(outcome) : outcome;
      },
      // A second time finds what the first remembered, and does nothing more.
      { repeatable: remember.length > 0 },
    );
  };
  return wrap(await planFor(onlyWhile(isNew(scope, memo, now), scope)));
}

async function toText({ answer: { body, version } }: Promised, memo: SealedMemo): Promise<string> {
  const text = JSON.stringify([body, version]);
  return memo.seal ? seal(memo.seal, memo.key, text) : text;
}

/** @throws Problem `idempotency-key-reused` */
async function again({ request, answer }: RememberedRow, memo: SealedMemo): Promise<Tagged> {
  if (request !== memo.request) throw reused();
  const text = memo.seal ? await unseal(memo.seal, memo.key, answer) : answer;
  if (text === null)
    throw reused('It was sent with another API key, and only that one gets its answer again.');
  const [body, version] = JSON.parse(text) as [unknown, number];
  return new Tagged(body, version, true);
}

const otherRequest = 'It was sent with another body or to another path. Use a new key for each new request.';

export const reused = (detail = otherRequest) => new Problem('idempotency-key-reused', detail);
