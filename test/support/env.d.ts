/// <reference types="@cloudflare/vitest-pool-workers/types" />
declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    DB_EU: D1Database;
    DB_US: D1Database;
    COPY: D1Database;
    CREATE_ACCOUNT_SECRET_CODE: string;
    FUZZ_OPERATIONS: string;
    FUZZ_SEED: string;
    FUZZ_ALL: string;
    MIGRATIONS: D1Migration[];
    SCHEMA: string[];
  }
}
declare module '*.jsonl?raw' {
  const text: string;
  export default text;
}
interface ImportMeta {
  /** The text of the files that match, by path: vite reads them when it builds the tests. */
  glob(pattern: string[], options: { query: '?raw'; import: 'default'; eager: true }): Record<string, string>;
}
