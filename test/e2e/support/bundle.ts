/** Builds the bundle with wrangler, once for each state of the sources. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The Worker's main module; wrangler also builds src/lazy/lazy.js. Test files run at the same time: each one uses the cached bundle, or builds the same one. */
export async function bundle(): Promise<string> {
  const cache = join(tmpdir(), 'nettu-e2e');
  const folder = join(cache, await fingerprint());
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const output = await mkdtemp(join(cache, 'making-'));
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
    await promisify(execFile)(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', output], {
      cwd: root,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    // The rename is atomic, so an existing folder is complete. It fails if another test file was faster.
    await rename(output, folder).catch(() => rm(output, { recursive: true }));
  }
  return readFile(join(folder, 'index.js'), 'utf8');
}

/** A hash of everything that goes into the bundle. */
async function fingerprint(): Promise<string> {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter(
      (entry) =>
        entry.isFile() && !entry.parentPath.includes(join('sdk', 'dist')) && entry.name !== 'lazy.js',
    )
    .map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash('sha256');
  for (const file of [...sources.sort(), join(root, 'wrangler.toml'), join(root, 'package-lock.json')]) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}
