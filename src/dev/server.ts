/** A Worker on this machine, on workerd and a local D1 that has its schema: `wrangler dev` and what comes before it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { migrate } from './migrate.ts';

/** Opens account creation here, and only here: each deployment sets its own secret. */
export const LOCAL_CODE = 'local-development-code';
export const PORT = 5000;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** How long wrangler may take to end by itself. It never does once its own files are gone, as after `npm ci`. */
const GRACE_MS = 3000;
const MINUTE_MS = 60_000;

export interface LocalServer {
  baseUrl: string;
  process: ChildProcess;
  /** Ends it, and all that it has started. */
  stop(): Promise<void>;
}

/**
 * Applies what is new in src/migrations, starts `wrangler dev`, and waits until it answers. From then on
 * this process ends on Ctrl-C, and never without the server.
 *
 * @param persistTo the folder of the local database; wrangler's own by default.
 * @throws Error with wrangler's own words when it does not start.
 */
export async function startServer(
  port: number,
  { quiet = false, persistTo }: { quiet?: boolean; persistTo?: string } = {},
) {
  const baseUrl = `http://localhost:${port}/api/v1`;
  if (await answers(baseUrl)) throw new Error(`A Nettu Scheduler is already running on port ${port}.`);
  const persist = persistTo ? ['--persist-to', persistTo] : [];
  migrate(persist);

  const vars = [`CREATE_ACCOUNT_SECRET_CODE:${LOCAL_CODE}`, 'ALLOW_PRIVATE_WEBHOOKS:yes'];
  const flags = ['--port', String(port), ...vars.flatMap((value) => ['--var', value]), ...persist];
  const stdio = quiet ? (['ignore', 'pipe', 'pipe'] as const) : (['ignore', 'inherit', 'inherit'] as const);
  // A group of its own: stopping it must stop workerd too, and Ctrl-C must reach only us.
  const child = spawn('wrangler', ['dev', '--show-interactive-dev-session=false', ...flags], {
    cwd: root,
    stdio: [...stdio],
    env: environment,
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const server: LocalServer = { baseUrl, process: child, stop: () => stop(child) };
  process.on('exit', () => signalGroup(child, 'SIGKILL'));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (stopping) process.exit(130);
      stopping = true;
      void server.stop().finally(() => process.exit(130));
    });
  }
  for (let tries = 0; tries < 900; tries++) {
    if (ended(child)) break;
    if (await answers(baseUrl)) {
      keepTime(port);
      return server;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await server.stop();
  throw new Error(`wrangler dev did not start on port ${port}.\n${output}`);
}

/** `wrangler dev` runs no cron by itself: at each full minute it is asked to, as Cloudflare's would run. */
function keepTime(port: number): void {
  const cron = encodeURIComponent('* * * * *');
  const tick = async () => {
    setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS)).unref();
    await fetch(`http://localhost:${port}/cdn-cgi/handler/scheduled?cron=${cron}`).catch(() => {
      // It has ended, or starts anew.
    });
  };
  void tick();
}

const ended = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  const gone = ended(child) ? undefined : once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // None of the group is left.
  }
}

/** No look at the network that the Worker does not need. */
const environment = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' };

/** Whether our Worker listens there; other programs like port 5000 too. */
export async function answers(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/`, { signal: AbortSignal.timeout(2000) });
    return (
      response.ok && ((await response.json()) as { message?: string }).message?.startsWith('Nettu') === true
    );
  } catch {
    return false;
  }
}
