/** From Markdown to HTML: headings with anchors, links that work below /docs/guides, and the sections that search finds. */
import { posix } from 'node:path';
import { Marked, type Token, type Tokens } from 'marked';
import type { Source } from './sources.ts';

export interface Heading {
  depth: number;
  text: string;
  /** Empty for the title of the page. */
  anchor: string;
}

export interface Rendered {
  html: string;
  title: string;
  /** The first paragraph. */
  lead: string;
  headings: Heading[];
  /** What stands under each heading, as plain text. */
  sections: (Heading & { body: string })[];
}

/** @param addressOf the address of a page by its file, and undefined for any other file of the repository. */
export function render(
  { file, markdown }: Source,
  addressOf: (file: string) => string | undefined,
): Rendered {
  const marked = new Marked();
  const tokens = marked.lexer(markdown);
  const headings = headingsOf(tokens);
  const pending = [...headings];
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const { anchor } = pending.shift() as Heading;
        const text = this.parser.parseInline(tokens);
        if (!anchor) return `<h1>${text}</h1>\n`;
        return `<h${depth} id="${anchor}"><a href="#${anchor}">${text}</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        if (/^([a-z]+:|#)/.test(href)) return `<a href="${href}">${text}</a>`;
        const { path, hash } = targetOf(file, href);
        const address = addressOf(path);
        // The site has no page for a source file.
        return address === undefined ? text : `<a href="${address}${hash}">${text}</a>`;
      },
      table(token) {
        return `<div class="table" tabindex="0">${tableOf(token, this.parser)}</div>\n`;
      },
      code({ text, lang }) {
        return `<pre tabindex="0"><code data-language="${lang ?? ''}">${escaped(text)}</code></pre>\n`;
      },
    },
  });
  const lead = tokens.find(({ type }) => type === 'paragraph')?.raw ?? '';
  return {
    html: marked.parser(tokens),
    title: headings[0]?.text ?? '',
    lead: plain(lead),
    headings,
    sections: sectionsOf(tokens, headings),
  };
}

/** The file that a relative link leads to, from the root of the repository. */
export function targetOf(file: string, href: string): { path: string; hash: string } {
  const [path = '', hash] = href.split('#');
  return { path: posix.join(posix.dirname(file), path), hash: hash ? `#${hash}` : '' };
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Anchors as GitHub makes them, so that a link works in both. */
function headingsOf(tokens: readonly Token[]): Heading[] {
  const taken = new Map<string, number>();
  return tokens.filter(isHeading).map(({ depth, text }) => {
    const name = plain(text);
    const slug = name
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const before = taken.get(slug) ?? 0;
    taken.set(slug, before + 1);
    return { depth, text: name, anchor: depth === 1 ? '' : before ? `${slug}-${before}` : slug };
  });
}

const isHeading = (token: Token): token is Tokens.Heading => token.type === 'heading';

function sectionsOf(tokens: readonly Token[], headings: readonly Heading[]): Rendered['sections'] {
  const sections: Rendered['sections'] = [];
  for (const token of tokens) {
    const heading = isHeading(token) ? headings[sections.length] : undefined;
    const section = sections.at(-1);
    if (heading) sections.push({ ...heading, body: '' });
    else if (section) section.body += ` ${plain(token.raw)}`;
  }
  return sections;
}

/** Markdown without its marks. */
const plain = (markdown: string): string =>
  markdown
    .replace(/^```\w*$|^[|\s:-]+$/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*|>]|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

interface Parser {
  parseInline(tokens: Token[]): string;
}

/** A first column without a head is a column of heads. */
function tableOf({ header, rows }: Tokens.Table, parser: Parser): string {
  const inline = ({ tokens }: Tokens.TableCell) => parser.parseInline(tokens);
  const head = header.map((cell) => (cell.text ? `<th scope="col">${inline(cell)}</th>` : '<td></td>'));
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}
