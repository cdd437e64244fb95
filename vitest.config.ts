import { execFileSync } from 'node:child_process';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

/** Long timeouts: no test measures time, and the machine may be busy. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

/** A script that runs several commands at once, as .ci/run does, builds before them and says so here. */
let made = Boolean(process.env.NETTU_BUILT);

/** Makes the description once: wrangler makes it before it builds the Worker, and vitest does not run wrangler's build. */
function makeDescription(): void {
  if (made) return;
  execFileSync('node', ['test/openapi/make.ts'], { cwd: import.meta.dirname, stdio: 'inherit' });
  made = true;
}

/**
 * A test runs inside workerd on a real D1, unless its name ends in `.node.test.ts` or it lies in one of these folders:
 * then it runs in Node; and those of test/browser drive a Chromium, by `npm run test:browser`.
 */
const inNode = ['test/**/*.node.test.ts', 'test/{slots,time,validation,sdk,e2e,dev}/**/*.test.ts'];
const inBrowser = ['test/browser/**/*.test.ts'];

export default defineConfig({
  test: {
    silent: 'passed-only',
    projects: [
      {
        plugins: [
          cloudflareTest(async () => {
            makeDescription();
            return {
              main: './src/index.ts',
              wrangler: { configPath: './wrangler.toml' },
              miniflare: {
                // Most tests need only DB. Tests of imports copy accounts into COPY.
                d1Databases: { DB_EU: 'eu', DB_US: 'us', COPY: 'copy' },
                bindings: {
                  CREATE_ACCOUNT_SECRET_CODE: 'let me in',
                  // The size of test/model: `npm run fuzz` sets them.
                  FUZZ_OPERATIONS: process.env.FUZZ_OPERATIONS ?? '1500',
                  FUZZ_SEED: process.env.FUZZ_SEED ?? '1',
                  FUZZ_ALL: process.env.FUZZ_ALL ?? '',
                  MIGRATIONS: await readD1Migrations('src/migrations'),
                  // The only .sql file at the top is schema.sql; this reads it as single statements.
                  SCHEMA: (await readD1Migrations(import.meta.dirname)).flatMap(({ queries }) => queries),
                },
              },
            };
          }),
        ],
        test: {
          ...patience,
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: [...inNode, ...inBrowser],
          // One workerd runs all files, and loads the Worker and the description once. (This version of the pool stalls
          // when it gets the files one by one.) Each file begins with an empty database.
          isolate: false,
          maxWorkers: 1,
          setupFiles: ['test/support/log.ts', 'test/support/pauses.ts', 'test/support/schema.ts'],
          globalSetup: ['test/e2e/support/receiver.ts'],
        },
      },
      {
        test: {
          ...patience,
          name: 'node',
          include: inNode,
          maxWorkers: 2,
          // vitest runs the projects one after the other: this one uses all cores, the one above leaves some idle.
          sequence: { groupOrder: 1 },
        },
      },
      // Each file has a Worker of its own; they share a Chromium.
      {
        test: {
          ...patience,
          name: 'browser',
          include: inBrowser,
          globalSetup: 'test/browser/support/setup.ts',
          maxWorkers: 2,
          // Miniflare and Playwright are loaded once, and not for each file.
          isolate: false,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
