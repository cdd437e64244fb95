/** Conditional requests (RFC 9110 section 13): entity tags, `If-Match` and `If-None-Match`. */
import { isQuery, type Query, type Sql, sql } from '../db/sql.ts';
import { Plan, type Versioned, WithEtag } from '../plan.ts';
import { Problem } from '../problem.ts';
import { invalid } from '../validation/schemas.ts';

/** The strong validator of one version of one resource: no other version has ever had it, and none will. */
export const entityTag = (version: number): string => `"${version.toString(36)}"`;

/** RFC 9110 section 8.8.3: `#entity-tag`. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const TAGS = new RegExp(`^${TAG.source}(?:[ \\t]*,[ \\t]*${TAG.source})*$`);

/**
 * The versions that `If-Match` names; null where the header is absent, or is `*`, which only requires that the resource
 * exists. A weak tag counts as ours: a proxy that compresses an answer marks the tag weak, and a tag stands for the
 * version, not for the bytes.
 *
 * @throws Problem `input-invalid`
 */
export function versionsToMatch(headers: Headers): number[] | null {
  const value = headers.get('if-match')?.trim();
  if (value === undefined || value === '*') return null;
  if (!TAGS.test(value)) {
    throw invalid([
      { path: 'If-Match', reason: 'must be * or entity tags in quotes, as in the etag header' },
    ]);
  }
  return tagsIn(value).map((tag) => {
    const version = Number.parseInt(tag, 36);
    return entityTag(version) === `"${tag}"` ? version : -1;
  });
}

const tagsIn = (value: string): string[] =>
  (value.match(new RegExp(TAG, 'g')) ?? []).map((tag) => tag.slice(tag.indexOf('"') + 1, -1));

/** Whether the client already has this version, by its `If-None-Match`. */
export function isKnown(headers: Headers, version: number): boolean {
  const value = headers.get('if-none-match')?.trim();
  if (value === undefined) return false;
  return value === '*' || tagsIn(value).some((tag) => `"${tag}"` === entityTag(version));
}

/**
 * The same plan, while its target is in one of these versions. A statement in the transaction of the write checks it, and
 * fails, and so ends the batch, where it is not: see `refused` in schema.sql. Where the target does not exist, or the
 * credential does not hold, the statement does nothing, and the plan itself throws.
 */
export function onlyInVersions<A>(plan: Plan<A>, target: Query<Versioned>, versions: number[]): Plan<A> {
  const wrap = (inner: Plan<A>): Plan<A> => {
    const guards: Sql[] = inner.statements.every(isQuery) ? [] : [refuse(target, versions)];
    return new Plan([...guards, ...inner.statements], async (results, principal) => {
      const outcome = await inner.answer(results.slice(guards.length), principal);
      if (outcome instanceof Plan) return wrap(outcome);
      // A plan that only reads answers with the resource as it is.
      if (guards.length === 0 && outcome instanceof WithEtag && !versions.includes(outcome.version)) {
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
