/** The length classes of events in SQL. */
import { raw, type Sql, sql } from '../../db/sql.ts';

/** The class of the series that end nowhere near, and of every other event that no smaller one takes. */
const LAST_CLASS = raw('9007199254740991');

/**
 * The values of `events.length_class` in schema.sql: each event has the least power of four that its whole length fits
 * in. The last class takes every longer event, so no bound of limits.ts needs a change here.
 */
export const LENGTH_CLASSES = sql`SELECT column1 AS value FROM (VALUES (4194304), (16777216), (67108864), (268435456),
  (1073741824), (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991))`;

/** The condition that a `class` is no longer than the longest one that a query has found, or is the last. */
export const classUpTo = (longest: Sql): Sql =>
  sql`(class.value <= ${longest} OR class.value = ${LAST_CLASS})`;

/**
 * The longest class but the last of some events `e`: one row read in place of one for each class that nothing has. NULL
 * where there is none.
 *
 * @param stretch of an index that has the class next: a FROM of `events e`, with a condition on each column before it.
 */
export const longestClass = (stretch: Sql): Sql =>
  sql`(SELECT max(e.length_class) FROM ${stretch} AND e.length_class < ${LAST_CLASS})`;
