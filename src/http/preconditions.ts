/** Conditional requests (RFC 9110 section 13): entity tags, and what `If-Match` and `If-None-Match` ask of them. */
import { isQuery, type Query, type Sql, sql } from '../db/sql.ts';
import { Plan, Tagged, type Versioned } from '../operation.ts';
import { Problem } from '../problem.ts';
import { invalid } from '../validation/schemas.ts';

/** A strong validator: it names a version of one resource, and no other has been or will be it. */
export const entityTag = (version: number): string => `"${version.toString(36)}"`;

/** RFC 9110 section 8.8.3: `#entity-tag`. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const TAGS = new RegExp(`^${TAG.source}(?:[ \\t]*,[ \\t]*${TAG.source})*$`);

/**
 * The versions that `If-Match` names; null where it is absent or `*`, which says no more than that the resource is there.
 * A tag that arrives as weak counts like ours: what compresses an answer on its way marks the tag so, and it is the
 * version that a tag stands for, not the bytes.
 *
 * @throws Problem `input-invalid`
 */
export function versionsToMatch(headers: Headers): number[] | null {
  const value = headers.get('if-match')?.trim();
  if (value === undefined || value === '*') return null;
  if (!TAGS.test(value)) {
    throw invalid([{ path: 'If-Match', reason: 'must be * or entity tags in quotes, as an etag has them' }]);
  }
  return tagsIn(value).map((tag) => {
    const version = Number.parseInt(tag, 36);
    return entityTag(version) === `"${tag}"` ? version : -1;
  });
}

const tagsIn = (value: string): string[] =>
  (value.match(new RegExp(TAG, 'g')) ?? []).map((tag) => tag.slice(tag.indexOf('"') + 1, -1));

/** Whether a client has this version already, by its `If-None-Match`. */
export function isKnown(headers: Headers, version: number): boolean {
  const value = headers.get('if-none-match')?.trim();
  if (value === undefined) return false;
  return value === '*' || tagsIn(value).some((tag) => `"${tag}"` === entityTag(version));
}

/**
 * The same plan, for as long as its target is in one of these versions. That is asked in the transaction of the change
 * itself, by a statement that fails, and so ends the batch, where it is not: see `refused` in schema.sql. Where the
 * target is not there at all, or the credentials do not hold, it says nothing, and the plan itself tells.
 */
export function onlyInVersions<A>(plan: Plan<A>, target: Query<Versioned>, versions: number[]): Plan<A> {
  const wrap = (inner: Plan<A>): Plan<A> => {
    const guards: Sql[] = inner.statements.every(isQuery) ? [] : [refuse(target, versions)];
    return new Plan([...guards, ...inner.statements], async (results, caller) => {
      const outcome = await inner.answer(results.slice(guards.length), caller);
      if (outcome instanceof Plan) return wrap(outcome);
      // Nothing was to be changed: then it answers with what is there.
      if (guards.length === 0 && outcome instanceof Tagged && !versions.includes(outcome.version)) {
        throw new Problem('precondition-failed');
      }
      return outcome;
    });
  };
  return wrap(plan);
}

const refuse = (target: Query<Versioned>, versions: number[]): Sql => sql`
  INSERT INTO refused SELECT 0 FROM (${target})
  WHERE version NOT IN (SELECT value FROM json_each(${JSON.stringify(versions)}))`;
