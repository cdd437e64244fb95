/**
 * `npm run release -- sdk|elements patch|minor|major`: gives a package its next version, with the date in its changelog, and
 * packs it. It commits and publishes nothing: it prints how.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STEPS = ['major', 'minor', 'patch'];
const PACKAGES = ['sdk', 'elements'];
const UNRELEASED = '## Unreleased';

/** The next version after a step. Below 1.0.0, a change that breaks is a minor step (Semantic Versioning 2.0.0, 4). */
export function nextVersion(version: string, step: string): string {
  const place = STEPS.indexOf(step);
  if (place < 0) throw new Error(`Name a step: ${STEPS.join(', ')}.`);
  const numbers = version.split('.').map(Number);
  return numbers.map((number, i) => (i < place ? number : i === place ? number + 1 : 0)).join('.');
}

/**
 * The changelog with its unreleased changes under a version.
 *
 * @param date such as `2030-01-31`.
 * @throws Error without an unreleased change.
 */
export function releasedChangelog(changelog: string, version: string, date: string): string {
  const [before, after] = changelog.split(`${UNRELEASED}\n`);
  if (after === undefined || !after.trimStart().startsWith('- '))
    throw new Error(
      `The changelog has no change under "${UNRELEASED}". Write a sentence for each change that a user sees.`,
    );
  return `${before}${UNRELEASED}\n\n## ${version} (${date})\n${after}`;
}

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
}

/**
 * Writes a new version into every file that names it: the manifest, the lock file, the changelog, the readmes, `version.ts`
 * of the SDK, and what the element needs of the SDK.
 *
 * @param root the folder of the repository.
 * @returns the new version.
 * @throws Error before it writes anything.
 */
export function release(root: string, name: string, step: string, date: string): string {
  if (!PACKAGES.includes(name)) throw new Error(`Name a package: ${PACKAGES.join(', ')}.`);
  const folder = `src/${name}`;
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const { version, name: full } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
  const next = nextVersion(version, step);
  const changed = new Map([
    [`${folder}/CHANGELOG.md`, releasedChangelog(read(`${folder}/CHANGELOG.md`), next, date)],
  ]);
  const edit = (path: string, change: (text: string) => string) =>
    changed.set(path, change(changed.get(path) ?? read(path)));
  const json = (path: string, change: (value: Lock & Manifest) => void) =>
    edit(path, (text) => {
      const value = JSON.parse(text);
      change(value);
      return `${JSON.stringify(value, null, 2)}\n`;
    });

  json(`${folder}/package.json`, (manifest) => {
    manifest.version = next;
  });
  const range = `>=${next} <${Number.parseInt(next, 10) + 1}`;
  const needs = (manifest: Manifest | undefined) => {
    if (name === 'sdk' && manifest?.dependencies) manifest.dependencies[full] = range;
  };
  json('src/elements/package.json', needs);
  json('package-lock.json', ({ packages }) => {
    const entry = packages[folder];
    if (entry) entry.version = next;
    needs(packages['src/elements']);
  });
  const tarball = full.replace('@', '').replace('/', '-');
  for (const readme of ['README.md', 'src/sdk/README.md', 'src/elements/README.md'])
    edit(readme, (text) => text.replaceAll(`${tarball}-${version}.tgz`, `${tarball}-${next}.tgz`));
  if (name === 'sdk') edit('src/sdk/version.ts', (text) => text.replace(`'${version}'`, `'${next}'`));

  for (const [path, text] of changed) writeFileSync(join(root, path), text);
  return next;
}

interface Lock {
  packages: Record<string, Manifest>;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', step = ''] = process.argv.slice(2);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    const version = release(root, name, step, new Date().toISOString().slice(0, 10));
    execFileSync('npm', ['pack', '--workspace', `src/${name}`, '--loglevel=error'], {
      cwd: root,
      stdio: 'inherit',
    });
    console.log(`src/${name} is ${version}, and packed. Next:
  git commit -am "Release ${name} ${version}" && git tag ${name}-${version}
  npm publish --workspace src/${name}   # in a CI job with an OIDC token, since the package has provenance
The registry compares the provenance with the "repository" of src/${name}/package.json: enter yours first.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
