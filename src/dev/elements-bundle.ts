/** Bundles the element, Lit and the SDK into one file for pages without a bundler. Runs after `tsc`, in `npm run build:elements`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, transformSync } from 'esbuild';
import { minify } from 'terser';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The methods of the SDK's client that the element calls, by module. */
const USED = /[\\/](booking|service)\.js$/;

/** Names of the element's own members, which no page uses. Their short forms save 1 % of the file. */
const INTERNAL = `
  announce announcement bookAgain bookable changedMs choice confirmCancel confirmingCancel countdown
  dayAndTime dayAndTimes dayOfMonth durationMs emit endMs focusOn heldForMs intervalMs
  keepBooking keptName language loseSlot notices onClick onMove onSelect outcome ownFields report
  resume scheduler selectDate startMove startMs weekStart weekdayLong weekdayShort
  working zonePicker`.match(/\w+/g);

const smaller: Plugin = {
  name: 'smaller',
  setup: ({ onLoad }) => {
    // esbuild leaves the whitespace of templates as it is.
    onLoad({ filter: /elements[\\/]dist[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(
          /(css ?|styles = )`([^`]*)`/g,
          (_, tag: string, css: string) =>
            `${tag}\`${transformSync(css, { loader: 'css', minify: true }).code.trim()}\``,
        )
        .replace(/\n\s+/g, '\n')
        .replace(/>\n(?=[<$])|\n(?=<\/)/g, (line) => line.trim()),
    }));
    // The client of a user has every method, and a bundler cannot know which of them the element calls.
    onLoad({ filter: /sdk[\\/]dist[\\/](list|resources[\\/]\w+)\.js$/ }, ({ path }) => {
      if (USED.test(path)) return undefined;
      const names = [...readFileSync(path, 'utf8').matchAll(/^export function (\w+)/gm)].map(
        ([, name]) => name,
      );
      return { contents: names.map((name) => `export const ${name} = () => ({});`).join('\n') };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [at('../elements/dist/index.js')],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
  logLevel: 'warning',
  plugins: [smaller],
});
const { code } = await minify(outputFiles[0]?.text ?? '', {
  module: true,
  ecma: 2020,
  compress: { passes: 3, unsafe_arrows: true },
  mangle: { properties: { regex: new RegExp(`^(${INTERNAL?.join('|')})$`) } },
});
writeFileSync(at('../elements/dist/nettu-booking.min.js'), String(code));
