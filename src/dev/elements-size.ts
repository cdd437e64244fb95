/**
 * Prints the size of the element, minified and gzipped, with Lit and the SDK and without them. Fails above a limit. Run it
 * after `npm run build:elements`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const LIMIT_BYTES = { all: 22_000, own: 15_500 };

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const gzipBytes = (file: Uint8Array) => gzipSync(file, { level: 9 }).length;

const all = gzipBytes(readFileSync(at('../elements/dist/nettu-booking.min.js')));
const { outputFiles } = buildSync({
  entryPoints: [at('../elements/dist/index.js')],
  external: ['lit', '@nettu/scheduler-sdk'],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
});
const own = gzipBytes(outputFiles[0]?.contents ?? new Uint8Array());
console.log(
  `Element: ${all} bytes gzip with Lit and SDK (limit ${LIMIT_BYTES.all}), ${own} without (limit ${LIMIT_BYTES.own})`,
);
if (all > LIMIT_BYTES.all || own > LIMIT_BYTES.own) {
  console.error('The element is too large. Remove code, or raise LIMIT_BYTES in src/dev/elements-size.ts.');
  process.exitCode = 1;
}
