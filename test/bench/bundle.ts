/** The code that is measured: ours as `wrangler deploy` would upload it, the references by esbuild. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** From wrangler.toml: the references run in the runtime of the same day. */
export const compatibilityDate =
  /^compatibility_date = "(.+)"$/m.exec(readFileSync(join(root, 'wrangler.toml'), 'utf8'))?.[1] ?? '';

/**
 * The Worker's one module.
 *
 * @param flags more of wrangler's, e.g. `--minify=false` for a bundle to read.
 * @throws Error with wrangler's own words when it does not build.
 */
export function bundleOurs(...flags: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'nettu-bench-'));
  try {
    const { status, stdout, stderr } = spawnSync(
      'wrangler',
      ['deploy', '--dry-run', '--outdir', folder, ...flags],
      { cwd: root, encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
    );
    if (status !== 0) throw new Error(`wrangler could not build the Worker.\n${stdout}${stderr}`);
    return readFileSync(join(folder, 'index.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A Worker of `references/`, as one module; what it imports as `worker-under-test` is left to be found at run time. */
export async function bundleReference(
  name: 'limit' | 'sequential' | 'observed' | 'isolate' | 'expansion' | 'hosts-in-turn',
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`references/${name}.ts`, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['worker-under-test'],
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
