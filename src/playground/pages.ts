/** Bundles the files of the page when the server starts, from the sources of the SDK and the element, without their builds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface File {
  type: string;
  content: string | Uint8Array;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const JS = 'text/javascript; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

/** The files by path. */
export async function files(): Promise<Map<string, File>> {
  const { outputFiles } = await build({
    entryPoints: {
      app: at('page/app.ts'),
      style: at('page/style.css'),
      'nettu-booking': at('../elements/index.ts'),
    },
    alias: {
      '@nettu/scheduler-sdk': at('../sdk/index.ts'),
      '@nettu/scheduler-elements/words': at('../elements/words'),
      '@nettu/scheduler-elements': at('../elements/index.ts'),
    },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    outdir: at('.'),
    logLevel: 'warning',
  });
  const read = (path: string) => readFileSync(at(path), 'utf8');
  const bundled = outputFiles.map(({ path, contents }): [string, File] => [
    `/${path.split(/[\\/]/).at(-1)}`,
    { type: path.endsWith('.css') ? 'text/css; charset=utf-8' : JS, content: contents },
  ]);
  return new Map([
    ...bundled,
    ['/', { type: HTML, content: read('page/index.html') }],
    ['/one-tag', { type: HTML, content: read('page/one-tag.html') }],
  ]);
}
