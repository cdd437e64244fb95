/**
 * Prints the size of each entry point of the SDK, minified and gzipped. Fails above a limit. Run it after
 * `npm run build:sdk`.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

/** The core is the clients, without `verifyWebhook`: a bundler leaves it out of a page, which verifies no webhook. */
const LIMIT_BYTES = { core: 6500, verifyWebhook: 1300, 'sign-user-token': 1200, 'sign-webhook': 800 };

const at = (name: string) => fileURLToPath(new URL(`../sdk/dist/${name}.js`, import.meta.url));

function gzipBytes(name: string, external: string[] = []): number {
  const { outputFiles } = buildSync({
    entryPoints: [at(name)],
    external,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

const sizes = {
  core: gzipBytes('index', [at('verify-webhook')]),
  verifyWebhook: gzipBytes('verify-webhook'),
  'sign-user-token': gzipBytes('sign-user-token'),
  'sign-webhook': gzipBytes('sign-webhook'),
};
for (const [name, limit] of Object.entries(LIMIT_BYTES)) {
  const bytes = sizes[name as keyof typeof sizes];
  console.log(`SDK ${name}: ${bytes} bytes gzip (limit ${limit})`);
  if (bytes > limit) {
    console.error(`${name} is too large. Remove code, or raise LIMIT_BYTES in src/dev/sdk-size.ts.`);
    process.exitCode = 1;
  }
}
