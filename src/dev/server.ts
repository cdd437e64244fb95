/** Runs the Worker on this machine: migrates the local D1 database, then starts `wrangler dev`. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { checkShards, readConfig, root } from './databases.ts';
import { migrate } from './migrate.ts';
import { answers, checkPort } from './ports.ts';
import { wrangler } from './wrangler-d1.ts';

const ON_WINDOWS = process.platform === 'win32';

/** How long wrangler has to exit before we kill it. It never exits once its own files are gone, as after `npm ci`. */
const GRACE_MS = 3000;
const START_TIMEOUT_MS = 90_000;
const POLL_MS = 100;
const MINUTE_MS = 60_000;

export interface LocalServer {
  baseUrl: string;
  /** Creates accounts, until the server stops. A web page that is open on this machine does not know it. */
  code: string;
  process: ChildProcess;
  /** Stops wrangler and every process that it started. */
  stop(): Promise<void>;
}

/**
 * Applies the new migrations, starts `wrangler dev`, and waits until the Worker answers. From then on Ctrl-C ends this
 * process, and the server with it.
 *
 * @param quiet whether to print wrangler's output only in an error.
 * @param webhooks the one origin on this machine that may have webhooks.
 * @param persistTo the folder of the local database; wrangler's own by default.
 * @throws Error where the port is taken or SHARDS is wrong; with wrangler's output when it does not start.
 */
export async function startServer(
  port: number,
  { quiet = false, persistTo, webhooks }: { quiet?: boolean; persistTo?: string; webhooks?: string } = {},
) {
  const baseUrl = `http://localhost:${port}/api/v1`;
  await checkPort(port);
  // The Worker would not start, and wrangler would not say why.
  checkShards(readConfig());
  const persist = persistTo ? ['--persist-to', persistTo] : [];
  migrate(persist);

  const code = randomBytes(16).toString('hex');
  const allowed = webhooks === undefined ? [] : [`ALLOW_PRIVATE_WEBHOOKS:${webhooks}`];
  const vars = [`CREATE_ACCOUNT_SECRET_CODE:${code}`, ...allowed];
  const flags = ['--port', String(port), ...vars.flatMap((value) => ['--var', value]), ...persist];
  const stdio = quiet ? (['ignore', 'pipe', 'pipe'] as const) : (['ignore', 'inherit', 'inherit'] as const);
  // In a process group of its own: stopping the group stops workerd too, and Ctrl-C reaches only this process.
  const child = spawn(
    process.execPath,
    [wrangler, 'dev', 'src/dev/worker.ts', '--show-interactive-dev-session=false', ...flags],
    {
      cwd: root,
      stdio: [...stdio],
      env: environment,
      detached: !ON_WINDOWS,
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const server: LocalServer = { baseUrl, code, process: child, stop: () => stop(child) };
  process.on('exit', () => signalGroup(child, 'SIGKILL'));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A second signal ends this process at once.
      if (stopping) process.exit(130);
      stopping = true;
      void server.stop().finally(() => process.exit(130));
    });
  }
  for (let tries = 0; tries < START_TIMEOUT_MS / POLL_MS; tries++) {
    if (hasExited(child)) break;
    if (await answers(baseUrl)) {
      startCron(port);
      return server;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await server.stop();
  throw new Error(`wrangler dev did not start on port ${port}. Its output:\n${output}`);
}

/** Triggers the cron at each full minute, as Cloudflare does. `wrangler dev` runs no cron by itself. */
function startCron(port: number): void {
  const cron = encodeURIComponent('* * * * *');
  const tick = async () => {
    setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS)).unref();
    await fetch(`http://localhost:${port}/cdn-cgi/handler/scheduled?cron=${cron}`).catch(() => {
      // wrangler has exited, or restarts.
    });
  };
  void tick();
}

const hasExited = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  const exit = hasExited(child) ? undefined : once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  signalGroup(child, 'SIGKILL');
}

/** Windows has no process groups: there, taskkill ends a process with those that it started. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (!pid) return;
  try {
    if (ON_WINDOWS) spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    else process.kill(-pid, signal);
  } catch {
    // Every process of the group has exited.
  }
}

/** Keeps wrangler from requests that the Worker does not need. */
const environment = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' };
