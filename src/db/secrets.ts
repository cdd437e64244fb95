/** What a deployment keeps to itself, in SQL. */
import { type Query, query } from './sql.ts';

/** Made with the schema, and never changed. */
export const selectSecret = (name: 'cursors'): Query<{ value: string }> =>
  query<{ value: string }>`SELECT value FROM secrets WHERE name = ${name}`;
