/** The HTML around each page: one header with the search, the list of pages, and what is on this page. */
import { BASE_PATH } from '../../route.ts';
import { escaped, type Rendered } from './markdown.ts';

export const ADDRESS = `${BASE_PATH}/docs/guides`;

/** The pages under each heading of the index. */
export interface Chapter {
  title: string;
  pages: { label: string; address: string }[];
}

/** @param address of this page. */
export function layout(page: Rendered, address: string, chapters: readonly Chapter[]): string {
  const title = address === ADDRESS ? 'Nettu Scheduler: guides' : `${page.title} · Nettu Scheduler`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${escaped(page.lead.slice(0, 160))}">
    <title>${escaped(title)}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${ADDRESS}/guides.css">
    <script type="module" src="${ADDRESS}/search.js"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
      <a class="name" href="${ADDRESS}">Nettu Scheduler</a>
      <form role="search" hidden>
        <input type="search" aria-label="Search the guides" placeholder="Search the guides ( / )" autocomplete="off" spellcheck="false">
        <output></output>
        <ol hidden></ol>
      </form>
      <nav aria-label="Site"><a href="${ADDRESS}">Guides</a> <a href="${BASE_PATH}/docs">Reference</a></nav>
    </header>
    <div class="columns">
      <nav class="pages" aria-label="Guides">
        <details open>
          <summary>All guides</summary>
          ${chapters.map((chapter) => chapterOf(chapter, address)).join('\n          ')}
        </details>
      </nav>
      <main id="content" tabindex="-1">
${page.html}
      </main>
      ${onThisPage(page)}
    </div>
  </body>
</html>
`;
}

function chapterOf({ title, pages }: Chapter, address: string): string {
  const links = pages.map((page) => {
    const current = page.address === address ? ' aria-current="page"' : '';
    return `<li><a href="${page.address}"${current}>${escaped(page.label)}</a></li>`;
  });
  return `<h2>${escaped(title)}</h2><ul>${links.join('')}</ul>`;
}

/** From so many headings on, a page lists them. */
const LISTED_MIN_COUNT = 3;

function onThisPage({ headings }: Rendered): string {
  const listed = headings.filter(({ depth }) => depth === 2);
  if (listed.length < LISTED_MIN_COUNT) return '';
  const links = listed.map(({ anchor, text }) => `<li><a href="#${anchor}">${escaped(text)}</a></li>`);
  return `<nav class="here" aria-label="On this page"><h2>On this page</h2><ul>${links.join('')}</ul></nav>`;
}
