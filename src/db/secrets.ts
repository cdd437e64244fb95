/** The secrets of a deployment, in SQL. */
import { type Query, query } from './sql.ts';

/** The secret that seals cursors. schema.sql makes it at random, and it never changes. */
export const selectSecret = (name: 'cursors'): Query<{ value: string }> =>
  query<{ value: string }>`SELECT value FROM secrets WHERE name = ${name}`;
