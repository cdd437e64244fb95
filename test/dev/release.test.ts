/** The release of a package: its version, in every file that names it, and what the tarball has. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { nextVersion, release, releasedChangelog } from '../../src/dev/release.ts';

test.each([
  ['0.2.0', 'patch', '0.2.1'],
  ['0.2.9', 'minor', '0.3.0'],
  ['1.9.9', 'major', '2.0.0'],
])('after %s, %s is %s', (version, step, next) => {
  expect(nextVersion(version, step)).toBe(next);
});

test.each(['', 'tiny', '1.0.0'])('there is no step %j', (step) => {
  expect(() => nextVersion('0.2.0', step)).toThrow(/major, minor, patch/);
});

test.each([
  ['sdk', ['resources/user.ts', 'types/resources.ts']],
  ['elements', ['custom-elements.json', 'frameworks/react.ts', 'words/nb.ts']],
])('the tarball of %s has its documents and the source of each map, and nothing else', (name, more) => {
  const folder = join(import.meta.dirname, '../../src', name);
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ files }] = JSON.parse(
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const documents = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json'];
  expect(packed).toEqual(expect.arrayContaining([...documents, 'index.ts', ...more]));
  expect(
    packed.filter((path) => !/\.(ts|js|map)$/.test(path) && ![...documents, ...more].includes(path)),
  ).toEqual(packed.filter((path) => path === 'dist/cjs/package.json'));
  const sources = packed
    .filter((path) => path.endsWith('.map'))
    .flatMap((path) => {
      const map = JSON.parse(readFileSync(join(folder, path), 'utf8')) as { sources: string[] };
      return map.sources.map((source) => normalize(join(path, '..', source)));
    });
  expect(sources.filter((source) => !packed.includes(source))).toEqual([]);
});

describe('a changelog', () => {
  it('gets the version between the unreleased changes and the heading for the next ones', () => {
    const before = '# Changes\n\n## Unreleased\n\n- A sentence.\n\n## 0.2.0\n\n- Old.\n';
    const after =
      '# Changes\n\n## Unreleased\n\n## 0.3.0 (2030-01-31)\n\n- A sentence.\n\n## 0.2.0\n\n- Old.\n';
    expect(releasedChangelog(before, '0.3.0', '2030-01-31')).toBe(after);
    expect(() => releasedChangelog(after, '0.4.0', '2030-02-01')).toThrow(/no change/);
  });

  it.each(['', '# Changes\n', '## Unreleased\n', '## Unreleased\n\n## 0.2.0\n\n- Old.\n'])(
    'without a change is no release: %j',
    (changelog) => {
      expect(() => releasedChangelog(changelog, '0.3.0', '2030-01-31')).toThrow(
        /no change under "## Unreleased"/,
      );
    },
  );
});

describe('a release', () => {
  const files = [
    'README.md',
    'package-lock.json',
    ...['README.md', 'CHANGELOG.md', 'package.json', 'version.ts'].map((name) => `src/sdk/${name}`),
    ...['README.md', 'CHANGELOG.md', 'package.json'].map((name) => `src/elements/${name}`),
  ];
  const here = join(import.meta.dirname, '../..');
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'nettu-release-'));
    for (const file of files) cpSync(join(here, file), join(root, file));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const read = (file: string, from = root) => readFileSync(join(from, file), 'utf8');
  const json = (file: string) => JSON.parse(read(file));
  const old = { sdk: '', elements: '' };
  for (const name of ['sdk', 'elements'] as const)
    old[name] = JSON.parse(read(`src/${name}/package.json`, here)).version;
  const add = '\n- A change.\n';

  function prepare(name: string): void {
    const path = `src/${name}/CHANGELOG.md`;
    writeFileSync(join(root, path), read(path).replace('## Unreleased\n', `## Unreleased\n${add}`));
  }

  it('of the SDK sets its version in every file that names it, and in what the element needs', () => {
    prepare('sdk');
    const next = release(root, 'sdk', 'minor', '2030-01-31');
    expect(next).toBe(nextVersion(old.sdk, 'minor'));
    expect(json('src/sdk/package.json').version).toBe(next);
    expect(read('src/sdk/version.ts')).toContain(`'${next}'`);
    expect(read('src/sdk/CHANGELOG.md')).toContain(`## ${next} (2030-01-31)\n${add}`);
    const { packages } = json('package-lock.json');
    expect(packages['src/sdk'].version).toBe(next);
    const needs = { '@nettu/scheduler-sdk': `>=${next} <${Number.parseInt(next, 10) + 1}` };
    expect(packages['src/elements'].dependencies).toMatchObject(needs);
    expect(json('src/elements/package.json')).toMatchObject({ version: old.elements, dependencies: needs });
    expect(read('README.md') + read('src/sdk/README.md')).not.toContain(`-sdk-${old.sdk}.tgz`);
    expect(read('src/sdk/README.md')).toContain(`-sdk-${next}.tgz`);
  });

  it('of the element leaves the SDK as it is', () => {
    prepare('elements');
    const next = release(root, 'elements', 'patch', '2030-01-31');
    expect(json('src/elements/package.json').version).toBe(next);
    expect(json('package-lock.json').packages['src/elements'].version).toBe(next);
    for (const file of files.filter((file) => /sdk/.test(file))) expect(read(file)).toBe(read(file, here));
  });

  it('that cannot be writes nothing', () => {
    expect(() => release(root, 'server', 'patch', '2030-01-31')).toThrow(/sdk, elements/);
    expect(() => release(root, 'sdk', 'tiny', '2030-01-31')).toThrow();
    for (const file of files) expect(read(file)).toBe(read(file, here));
  });
});
