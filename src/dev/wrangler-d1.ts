/** Runs `wrangler d1` for the operator's commands, here or, with `--remote`, in production. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What Node runs as `wrangler`: Windows cannot start the link in node_modules/.bin without a shell. */
export const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');

/** Keeps wrangler from sending metrics. */
const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' };

/**
 * Runs `wrangler d1`. Without a terminal, wrangler does not wait for a confirmation.
 *
 * @param flags the flags that wrangler needs to find the databases.
 */
export function run(command: string[], flags: string[]) {
  const where = flags.includes('--remote') ? flags : ['--local', ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, 'd1', ...command, ...where], {
    cwd: root,
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { failed: status !== 0, output: `${stdout}${stderr}`, stdout };
}

/**
 * The rows of one statement.
 *
 * @throws Error with wrangler's output.
 */
export function rowsOf<Row>(binding: string, sql: string, flags: string[]): Row[] {
  const { failed, output, stdout } = run(['execute', binding, '--json', '--command', sql], flags);
  if (failed) throw new Error(output);
  return (JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ results: Row[] }])[0].results;
}
