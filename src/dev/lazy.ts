/** Builds the module that the Worker loads only when it is used: wrangler uploads it as it is, beside the Worker's bundle. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes src/ical/lazy.js. */
export const buildLazy = () =>
  build({
    entryPoints: [at('../ical/lazy.ts')],
    outfile: at('../ical/lazy.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    logLevel: 'warning',
  });
