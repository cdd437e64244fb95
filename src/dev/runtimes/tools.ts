/** The runtimes and tools that `npm run check:runtimes` installs, on Linux or macOS. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const { platform, arch } = process;
const libc = platform === 'linux' ? '-glibc' : '';

/** The packages that hold the binaries themselves, so that no install script has to run. */
const packages: Record<string, string> = {
  node18: `npm:node-${platform}-${arch}@18.20.8`,
  node20: `npm:node-${platform}-${arch}@20.20.2`,
  node24: `npm:node-${platform}-${arch}@24.22.3`,
  bun: `npm:@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}@1.4.5`,
  deno: `npm:@deno/${platform}-${arch}${libc}@2.9.6`,
  typescript50: 'npm:typescript@5.0.4',
  typescript59: 'npm:typescript@5.9.3',
  typescript60: 'npm:typescript@6.0.3',
  '@edge-runtime/vm': '5.0.0',
  jest: '30.5.2',
};

/** Kept between runs, so that only the first one downloads the tools: 0.7 GB, too much for a temporary folder in memory. */
const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nettu-runtimes');

/** Installs the tools, unless they are there, and returns their folder. */
export function installTools(): string {
  const manifest = JSON.stringify({ private: true, dependencies: packages });
  const installed = join(folder, 'installed.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === manifest) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  npm(folder, 'install', '--no-package-lock');
  writeFileSync(installed, manifest);
  return folder;
}

/** Runs npm without any package's scripts, and returns what it prints. */
export const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
  });

/** The executable of an installed runtime. */
export const runtime = (name: string): string =>
  join(folder, 'node_modules', name, ...(name === 'deno' ? ['deno'] : ['bin', name.replace(/\d+$/, '')]));

/** The compiler of an installed TypeScript, a program for Node. */
export const compiler = (name: string): string => join(folder, 'node_modules', name, 'bin/tsc');
