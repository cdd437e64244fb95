/**
 * `npm run check:generators`: tools that nobody here wrote read the description. Spectral lints it; openapi-typescript, orval
 * and kubb generate clients, which compile under strict; one of them plays a story over HTTP; and every method of the SDK
 * runs, all through Prism, which holds each request and each answer to the description.
 *
 * The tools have some 600 packages, so this installs them beside the repository, once for each set of versions.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODE, startService } from '../../e2e/support/service.ts';

const TOOLS: Readonly<Record<string, string>> = {
  '@kubb/cli': '4.39.3',
  '@kubb/core': '4.39.3',
  '@kubb/plugin-client': '4.39.3',
  '@kubb/plugin-oas': '4.39.3',
  '@kubb/plugin-ts': '4.39.3',
  '@stoplight/prism-cli': '5.16.0',
  '@stoplight/spectral-cli': '6.16.3',
  'openapi-fetch': '0.17.0',
  'openapi-typescript': '7.13.0',
  orval: '8.38.0',
  // openapi-typescript needs the compiler as a library, which the one of this repository no longer is.
  typescript: '5.9.3',
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
const description = join(root, 'dist/assets/openapi.json');

const tools = installed();
const work = mkdtempSync(join(tools, 'run-'));
try {
  generate();
  await play();
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The folder with the tools. */
function installed(): string {
  const name = createHash('sha256').update(JSON.stringify(TOOLS)).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `nettu-generators-${name}`);
  if (existsSync(folder)) return folder;
  const draft = mkdtempSync(join(tmpdir(), 'nettu-generators-making-'));
  const manifest = { private: true, type: 'module', dependencies: TOOLS };
  writeFileSync(join(draft, 'package.json'), JSON.stringify(manifest));
  step('Install the tools', () =>
    execFileSync(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'],
      { cwd: draft, stdio: 'inherit', shell: process.platform === 'win32' },
    ),
  );
  renameSync(draft, folder);
  return folder;
}

function generate(): void {
  const clients = join(root, 'test/openapi/generators/clients');
  cpSync(clients, work, { recursive: true });
  cpSync(description, join(work, 'openapi.json'));
  step('Spectral', () =>
    tool('spectral', 'lint', 'openapi.json', '--ruleset', 'spectral.yaml', '--fail-severity', 'warn'),
  );
  step('openapi-typescript', () => tool('openapi-typescript', 'openapi.json', '-o', 'generated/types.ts'));
  step('orval', () => tool('orval', '--config', 'orval.config.mjs'));
  step('kubb', () => tool('kubb', 'generate', '--config', 'kubb.config.mjs', '--logLevel', 'silent'));
  mkdirSync(join(work, 'generated'), { recursive: true });
  step('They compile under strict', () => tool('tsc', '-p', '.'));
}

/** The generated client and the SDK, each through Prism. */
async function play(): Promise<void> {
  const prism = commandOf('prism');
  process.env.NETTU_PRISM = prism;
  const service = await startService();
  try {
    step('The story, with the client of openapi-typescript', () =>
      execFileSync(process.execPath, ['story.ts', service.baseUrls[0], CODE], {
        cwd: work,
        stdio: 'inherit',
      }),
    );
  } finally {
    await service.stop();
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  step('Every method of the SDK', () =>
    execFileSync(
      process.execPath,
      [vitest, 'run', '--silent', '--project', 'node', 'test/e2e/sdk-methods.test.ts'],
      { cwd: root, stdio: 'inherit' },
    ),
  );
}

function tool(name: string, ...args: string[]): void {
  execFileSync(process.execPath, [commandOf(name), ...args], { cwd: work, stdio: 'inherit' });
}

function commandOf(name: string): string {
  return join(tools, 'node_modules/.bin', name);
}

function step(name: string, run: () => unknown): void {
  const startedAt = Date.now();
  run();
  console.log(`${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
