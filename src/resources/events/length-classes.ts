/** The length classes of events in SQL. */
import { sql } from '../../db/sql.ts';

/**
 * The values of `events.length_class` in schema.sql: each event has the least power of four that its whole length fits
 * in. The last class takes every longer event, so no bound of limits.ts needs a change here.
 */
export const LENGTH_CLASSES = sql`SELECT column1 AS value FROM (VALUES (4194304), (16777216), (67108864), (268435456),
  (1073741824), (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991))`;
