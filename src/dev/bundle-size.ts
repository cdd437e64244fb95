/** Builds the Worker as `wrangler deploy` does, prints its size, and fails above the limit. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { BUNDLE_MAX_KB } from './bundle-limits.ts';
import { wrangler } from './wrangler-d1.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-bundle-'));
try {
  const { status, stderr } = spawnSync(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', folder],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  const kilobytes = gzipSync(readFileSync(join(folder, 'index.js')), { level: 9 }).length / 1000;
  console.log(`Worker: ${kilobytes.toFixed(1)} kB gzip (limit ${BUNDLE_MAX_KB})`);
  if (kilobytes > BUNDLE_MAX_KB) {
    console.error('The bundle is too large. Find what grew: npx wrangler deploy --dry-run --outdir out');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
