/**
 * Says what the element's single file weighs, minified and gzipped: with Lit and the SDK, and what of it is our own.
 * Fails above the limits. Run it after the workspace's own build.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const LIMIT_BYTES = { all: 20_000, own: 12_000 };

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const weigh = (file: Uint8Array) => gzipSync(file, { level: 9 }).length;

const all = weigh(readFileSync(at('../elements/dist/nettu-booking.min.js')));
const { outputFiles } = buildSync({
  entryPoints: [at('../elements/dist/index.js')],
  external: ['lit', '@nettu/scheduler-sdk'],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
});
const own = weigh(outputFiles[0]?.contents ?? new Uint8Array());
console.log(
  `Element: ${all} bytes gzip with Lit and SDK (limit ${LIMIT_BYTES.all}), ${own} without (limit ${LIMIT_BYTES.own})`,
);
if (all > LIMIT_BYTES.all || own > LIMIT_BYTES.own) process.exitCode = 1;
