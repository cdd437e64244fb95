/** The bundle that would be deployed, made by wrangler once for each state of the sources. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The Worker's one module. Test files run side by side: who comes second finds the bundle, or makes the same one. */
export async function bundle(): Promise<string> {
  const cache = join(tmpdir(), 'nettu-e2e');
  const folder = join(cache, await fingerprint());
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const made = await mkdtemp(join(cache, 'making-'));
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
    await promisify(execFile)(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', made], {
      cwd: root,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    // A folder that is there is whole. It fails when another file's tests were faster, and then theirs is as good.
    await rename(made, folder).catch(() => rm(made, { recursive: true }));
  }
  return readFile(join(folder, 'index.js'), 'utf8');
}

/** Of all that goes into the bundle. */
async function fingerprint(): Promise<string> {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(join('sdk', 'dist')))
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
