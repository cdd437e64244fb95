/** The guides: every page renders, every link leads somewhere, every sample compiles, and the search finds the page. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { guideFiles, searchIndex, site } from '../../src/dev/guides/guides.ts';
import { ADDRESS } from '../../src/dev/guides/layout.ts';
import { targetOf } from '../../src/dev/guides/markdown.ts';
import { root, sources, textOf } from '../../src/dev/guides/sources.ts';
import {
  DELIVERED_KEPT_MS,
  EXPORT_PARTS_MAX,
  FAILED_KEPT_MS,
  OLD_SECRET_KEPT_MS,
  REPLAYABLE_MS,
  TOKEN_LEEWAY_SECONDS,
  WEBHOOK_BODY_MAX_BYTES,
  WEBHOOK_TIMEOUT_MS,
  WINDOW_MAX_DAYS,
} from '../../src/limits.ts';
import { limitsOf } from '../../src/openapi/limits.ts';
import { kinds } from '../../src/problem.ts';
import { routes } from '../../src/routes.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/time/units.ts';
import { delayAfter } from '../../src/webhooks/backoff.ts';
import { prelude, types } from './samples.ts';

const whole = site();
const guideNamed = (name: string) => whole.guides.find((guide) => guide.name === name);
let files: Record<string, string> = {};
beforeAll(async () => {
  files = await guideFiles(whole);
});

const markdown = [
  ...sources().map(({ file, markdown }) => ({ file, text: markdown })),
  { file: 'README.md', text: textOf('README.md') },
];

describe.each(whole.guides)('$name', ({ name, title, lead }) => {
  it('renders with a title, a lead, and nothing left to generate', () => {
    expect(title).not.toBe('');
    expect(lead).not.toBe('');
    const html = files[`${name}.html`] ?? '';
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html.includes('<!-- ') || html.includes('[object ')).toBe(false);
  });

  it('runs no inline script, and loads nothing from another host', () => {
    const html = files[`${name}.html`] ?? '';
    expect(/<script(?![^>]* src=)|<[^>]*(\son\w+|style)=|javascript:/.exec(html)).toBeNull();
    for (const [, address] of html.matchAll(/<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"/g)) {
      expect(address).toMatch(/^(\/api\/v1\/docs\/|data:,)/);
    }
  });

  it('is one of the pages that the index names', () => {
    const named = whole.chapters.flatMap(({ pages }) => pages).map(({ address }) => address);
    if (name !== 'index') expect(named).toContain(`${ADDRESS}/${name}`);
  });
});

it('every link between pages leads to a page, and to a heading that the page has', () => {
  const ids = new Map(
    Object.entries(files).map(([file, html]) => [
      file === 'index.html' ? ADDRESS : `${ADDRESS}/${file.replace(/\.html$/, '')}`,
      new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)),
    ]),
  );
  const dead: string[] = [];
  for (const { name, address } of whole.guides) {
    for (const [, href = ''] of (files[`${name}.html`] ?? '').matchAll(/<a [^>]*href="([^"]*)"/g)) {
      const [page = '', anchor] = href.split('#');
      if (/^[a-z]+:/.test(page) || page === '/api/v1/docs') continue;
      const target = ids.get(page || address);
      if (!target || (anchor && !target.has(anchor))) dead.push(`${name}: ${href}`);
    }
  }
  expect(dead).toEqual([]);
});

describe('what the text names is in the repository', () => {
  it('every file behind a link, with the heading that the link names', () => {
    const anchors = new Map(
      whole.guides.map(({ file, headings }) => [file, headings.map(({ anchor }) => anchor)]),
    );
    const links = markdown.flatMap(({ file, text }) =>
      [...text.matchAll(/\]\((?![a-z]+:|#)([^)]+)\)/g)].map(([, href = '']) => targetOf(file, href)),
    );
    expect(links.length).toBeGreaterThan(80);
    const dead = links.filter(
      ({ path, hash }) =>
        !existsSync(join(root, path)) || (hash && !anchors.get(path)?.includes(hash.slice(1))),
    );
    expect(dead).toEqual([]);
  });

  it('every path in a code span', () => {
    const paths = markdown.flatMap(({ text }) =>
      [...text.matchAll(/`((?:src|test)\/(?![\w./]*dist\/)[\w./-]*|[\w-]+\.(?:sql|toml))`/g)].map(
        ([, path = '']) => path,
      ),
    );
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('every npm script', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const names = markdown.flatMap(({ text }) =>
      [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('every TypeScript sample of the README and the guides compiles', () => {
  const folder = join(root, 'dist/test/samples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const shown = markdown.filter(({ file }) => /^README|^src\/docs\/[\w-]+\.md$/.test(file));
  const samples = shown.flatMap(({ file, text }) =>
    [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], i) => ({ file, code, i })),
  );
  expect(samples.length).toBeGreaterThan(25);
  for (const { file, code, i } of samples) {
    writeFileSync(join(folder, `${file.replace(/\W/g, '_')}_${i}.ts`), code);
  }
  writeFileSync(join(folder, 'prelude.d.ts'), prelude);
  writeFileSync(join(folder, 'types.d.ts'), types);
  const compilerOptions = { types: ['node'], noUnusedLocals: false };
  const config = { extends: '../../../tsconfig.json', compilerOptions, include: ['.'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
    encoding: 'utf8',
  });
  expect([stdout, status]).toEqual(['', 0]);
});

it('the README has at most 250 lines', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length - 1).toBeLessThanOrEqual(250);
});

describe('the generated pages', () => {
  it('name every route', () => {
    const page = guideNamed('routes')?.html;
    for (const { method, admin, user, both, public: open, anyone } of Object.values<Record<string, unknown>>(
      routes,
    )) {
      for (const path of [admin, user, both, open, anyone])
        if (path) expect(page).toContain(`${method} ${path}`);
    }
  });

  it('name every problem with its title', () => {
    const page = guideNamed('problems');
    for (const [code, [, title]] of Object.entries(kinds)) {
      const section = page?.sections.find(({ text }) => text === code);
      expect(section?.body).toContain(title);
    }
  });

  it('name every limit with its value', () => {
    const html = guideNamed('limits')?.html.replaceAll('&#39;', "'") ?? '';
    const limits = limitsOf(textOf('src/limits.ts'));
    expect(limits.find(({ name }) => name === 'BUFFER_MAX_MINUTES')?.value).toBe('12 hours');
    expect(limits.find(({ name }) => name === 'BODY_MAX_BYTES')?.value).toBe('64 KiB');
    expect(limits.find(({ name }) => name === 'WINDOW_MAX_DAYS')?.value).toBe('62 days');
    for (const { sentence, value } of limits) {
      expect(html).toContain(sentence.split('`')[0]);
      expect(html).toContain(`<td>${value}</td>`);
    }
  });
});

/** The attempts of a delivery, until there is no further delay. */
const attempts = Array.from({ length: 20 }, (_, i) => i + 1).find((n) => delayAfter(n, 0) === null) ?? 0;
const inEnglish: Readonly<Record<number, string>> = { 5: 'five', 10: 'ten' };

/** Prose that repeats a bound, because the sentence needs it. */
it.each([
  ['conventions', `For ${REPLAYABLE_MS / HOUR_MS} hours, the same request`],
  ['events', `A window has at most ${WINDOW_MAX_DAYS} days`],
  ['tokens', `Clocks may differ by ${inEnglish[TOKEN_LEEWAY_SECONDS]} seconds`],
  ['export', `after ${EXPORT_PARTS_MAX} parts`],
  ['webhooks', `without a 2xx within ${inEnglish[WEBHOOK_TIMEOUT_MS / SECOND_MS]} seconds`],
  ['webhooks', `A body has at most ${WEBHOOK_BODY_MAX_BYTES / 1024} KiB`],
  ['webhooks', `After ${inEnglish[attempts]} attempts`],
  ['webhooks', `kept for ${DELIVERED_KEPT_MS / DAY_MS} days, failed ones for ${FAILED_KEPT_MS / DAY_MS}`],
  ['webhooks', `For ${OLD_SECRET_KEPT_MS / HOUR_MS} hours the service signs with both`],
  ['limits', `A delivery has ${inEnglish[attempts]} attempts`],
])('%s says what src/limits.ts and the schedule of retries say: %s', (name, sentence) => {
  expect(textOf(`src/docs/${name}.md`).replace(/\s+/g, ' ')).toContain(sentence);
});

describe('the search', () => {
  const index = searchIndex(whole.guides);
  it.each([
    ['rotate', 'tokens#rotate-a-signing-key'],
    ['reschedule', 'scheduling#reschedule-and-cancel'],
    ['pagination', 'conventions#lists-and-pagination'],
    ['time off', 'scheduling#time-off-and-holidays'],
    ['error codes', 'problems'],
    ['recurring event', 'events#recurring-events'],
    ['recuring events', 'events#recurring-events'],
    ['slot-taken', 'problems#slot-taken'],
    ['deploy', 'operating#deploy'],
    ['daylight saving', 'events#time-zones-and-daylight-saving'],
    ['verify webhook', 'webhooks#receive-and-verify'],
    ['leapfrog', 'decisions/0009-the-leapfrog-search'],
  ])('finds "%s" first', (query, address) => {
    expect(index.search(query)[0]?.address).toBe(`${ADDRESS}/${address}`);
  });

  it('the script has the index to load, and no eval', () => {
    expect(files['search.js']).toContain('search.json');
    expect(files['search.js']).not.toMatch(/\beval\(|new Function/);
    expect(JSON.parse(files['search.json'] ?? '').documentCount).toBe(index.documentCount);
  });
});
