/**
 * Says what the built SDK weighs in a browser that loads all of it, minified and gzipped, and fails above the limit.
 * Run it after the SDK's own build.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LIMIT_BYTES = 5000;

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../sdk/dist/index.js', import.meta.url))],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
});

const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
console.log(`SDK: ${bytes} bytes gzip (limit ${LIMIT_BYTES})`);
if (bytes > LIMIT_BYTES) process.exitCode = 1;
