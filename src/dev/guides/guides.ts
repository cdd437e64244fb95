/** The guides as files below dist/assets/docs/guides: a page of HTML for each source, a style sheet, and the search. */
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import MiniSearch from 'minisearch';
import { generated } from './generated.ts';
import { ADDRESS, type Chapter, layout } from './layout.ts';
import { type Rendered, render, targetOf } from './markdown.ts';
import { type Section, searchOptions } from './page/search-options.ts';
import { type Source, sources, textOf } from './sources.ts';

export interface Guide extends Source, Rendered {
  address: string;
  /** Its name in the index. */
  label: string;
}

export interface Site {
  guides: Guide[];
  chapters: Chapter[];
}

/** Every page, rendered, and the order in which the index names them. */
export function site(): Site {
  const all = sources().map((source) => ({ ...source, markdown: completed(source) }));
  const addresses = new Map(
    all.map(({ file, name }) => [file, name === 'index' ? ADDRESS : `${ADDRESS}/${name}`]),
  );
  const addressOf = (file: string) => addresses.get(file);
  const chapters = chaptersOf(all, addressOf);
  const labels = new Map(
    chapters.flatMap(({ pages }) => pages).map(({ address, label }) => [address, label]),
  );
  const guides = all.map((source) => {
    const rendered = render(source, addressOf);
    const address = addressOf(source.file) ?? '';
    return { ...source, ...rendered, address, label: labels.get(address) ?? rendered.title };
  });
  return { guides, chapters };
}

/** The files by their names. */
export async function guideFiles({ guides, chapters } = site()): Promise<Record<string, string>> {
  const pages = guides.map((guide) => [`${guide.name}.html`, layout(guide, guide.address, chapters)]);
  return {
    ...Object.fromEntries(pages),
    'guides.css': textOf('src/dev/guides/page/guides.css'),
    'search.js': await searchScript(),
    'search.json': JSON.stringify(searchIndex(guides)),
  };
}

/** Each heading of each page with the text under it. */
export function searchIndex(guides: readonly Guide[]): MiniSearch<Section> {
  const index = new MiniSearch<Section>(searchOptions);
  let id = 0;
  for (const { name, label, title, address, sections } of guides) {
    // The index only names the other pages.
    for (const { text, anchor, body } of name === 'index' ? [] : sections) {
      const excerpt = body.trim().slice(0, 140);
      index.add({
        id: id++,
        page: label,
        heading: anchor ? text : title,
        body,
        address: anchor ? `${address}#${anchor}` : address,
        excerpt,
      });
    }
  }
  return index;
}

/** A source with its generated parts, and with the sections that it takes from the README. */
function completed({ file, markdown }: Source): string {
  return markdown
    .replace(/^<!-- generated: (\w+) -->$/gm, (_, name: string) => {
      const part = generated[name];
      if (!part) throw new Error(`${file}: no generated part is named ${name}`);
      return part();
    })
    .replace(/^<!-- README: (.+) -->$/gm, (_, heading: string) => {
      const section = textOf('README.md')
        .split(/^## /m)
        .find((part) => part.startsWith(`${heading}\n`));
      if (!section) throw new Error(`${file}: the README has no section "${heading}"`);
      const from = posix.dirname(file);
      return section
        .slice(heading.length)
        .replace(/\]\((?![a-z]+:|#)([^)#]+)/g, (_, path: string) => `](${posix.relative(from, path)}`);
    });
}

/** The index names every page, under a heading for each kind of reader: so it is also the list beside each page. */
function chaptersOf(all: readonly Source[], addressOf: (file: string) => string | undefined): Chapter[] {
  const index = all.find(({ name }) => name === 'index');
  if (!index) throw new Error('src/docs has no index.md');
  const [, ...parts] = index.markdown.split(/^## /m);
  return parts.map((part) => ({
    title: part.split('\n', 1)[0] ?? '',
    pages: [...part.matchAll(/\[([^\]]+)\]\(([^)]+\.md)\)/g)].map(([, label = '', href = '']) => ({
      label,
      address: addressOf(targetOf(index.file, href).path) ?? '',
    })),
  }));
}

async function searchScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/search.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}
