/** Builds the module that the Worker loads only when it is used: wrangler uploads it as it is, beside the Worker's bundle. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes src/lazy/lazy.js where it is not the same already: `wrangler dev` watches it, and builds again at each write. */
export async function buildLazy(): Promise<void> {
  const {
    outputFiles: [file],
  } = await build({
    entryPoints: [at('../lazy/lazy.ts')],
    outfile: at('../lazy/lazy.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
    // wrangler uploads no source map for it, so that names and lines in the log are its own.
    minify: false,
    logLevel: 'warning',
    write: false,
  });
  if (file && !(existsSync(file.path) && readFileSync(file.path, 'utf8') === file.text))
    writeFileSync(file.path, file.text);
}
