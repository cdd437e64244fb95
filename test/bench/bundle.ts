/** Bundles the Workers that the bench measures: ours as `wrangler deploy` uploads it, the references with esbuild. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The compatibility date of wrangler.toml. The references use it too. */
export const compatibilityDate =
  /^compatibility_date = "(.+)"$/m.exec(readFileSync(join(root, 'wrangler.toml'), 'utf8'))?.[1] ?? '';

/**
 * Bundles the Worker into one module.
 *
 * @param flags further flags of wrangler, such as `--minify=false` for a readable bundle.
 * @throws Error with wrangler's output when the build fails.
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

/** The module beside the Worker, as `wrangler deploy` has just built it. */
export const lazyOurs = (): string => readFileSync(join(root, 'src/lazy/lazy.js'), 'utf8');

/** Bundles a Worker of `references/` into one module. Its import of `worker-under-test` stays, and resolves at run time. */
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
