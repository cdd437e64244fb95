/** Bundles the element, Lit and the SDK into one file for pages without a bundler. Runs after `tsc`, in `npm run build:elements`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, transformSync } from 'esbuild';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Without the whitespace of the templates, which esbuild leaves as it is. */
const compact: Plugin = {
  name: 'compact',
  setup: ({ onLoad }) => {
    onLoad({ filter: /elements[\\/]dist[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(
          /(css ?|styles = )`([^`]*)`/g,
          (_, tag: string, css: string) =>
            `${tag}\`${transformSync(css, { loader: 'css', minify: true }).code.trim()}\``,
        )
        .replace(/\n\s+/g, '\n'),
    }));
  },
};

await build({
  entryPoints: [at('../elements/dist/index.js')],
  outfile: at('../elements/dist/nettu-booking.min.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
  plugins: [compact],
});
