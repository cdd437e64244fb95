/** Starts a Worker in its own workerd process, with a local D1, and direct HTTP access to it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { D1Database } from '@cloudflare/workers-types';
import { type Json, Miniflare, type WorkerOptions } from 'miniflare';
import { build } from '../../src/dev/migrations.ts';
import { compatibilityDate, lazyOurs } from './bundle.ts';
import { type Fixture, fill } from './fixture.ts';

export interface LocalWorker {
  url: URL;
  db: D1Database;
  /** V8's inspector; null without `inspected`. */
  inspector: URL | null;
  /** The CPU time of its process so far in milliseconds, database included; null where the platform does not report it. */
  cpu(): number | null;
  stop(): Promise<void>;
}

export interface Setup {
  /** The code by module name; the first module is the Worker. */
  modules: Record<string, string>;
  bindings?: Record<string, Json>;
  /** The bindings of further databases, which have the schema and no rows. */
  databases?: readonly string[];
  /** The name of a binding that starts isolates from code. */
  loader?: string;
  inspected?: boolean;
  /** Whether to drop what the Worker logs about requests that fail. */
  silent?: boolean;
  /** The folder that keeps the databases; without it, they are gone when the Worker stops. */
  folder?: string;
  /** Queues and rate limiters. */
  options?: Pick<WorkerOptions, 'queueProducers' | 'queueConsumers' | 'ratelimits'>;
}

/** Starts the Worker, and fills its database with the fixture. */
export async function startWorker(fixture: Fixture | null, setup: Setup): Promise<LocalWorker> {
  const before = new Set(childrenNamed('workerd'));
  const more = setup.databases ?? [];
  const miniflare = new Miniflare({
    cf: false,
    // The Worker logs a line for each request, which would bury the report.
    handleRuntimeStdio: (log, errors) => {
      log.resume();
      if (setup.silent) errors.resume();
      else errors.on('data', (text) => process.stderr.write(text));
    },
    ...(setup.inspected && { inspectorPort: 0 }),
    ...(setup.folder && { d1Persist: setup.folder }),
    workers: [
      {
        ...setup.options,
        name: 'worker',
        modules: Object.entries({ ...setup.modules, 'lazy.js': lazyOurs() }).map(([path, contents]) => ({
          type: 'ESModule' as const,
          path,
          contents,
        })),
        compatibilityDate,
        bindings: setup.bindings ?? {},
        d1Databases: Object.fromEntries(['DB', ...more].map((name) => [name, name])),
        ...(setup.loader && { workerLoaders: { [setup.loader]: {} } }),
        // Bypasses Miniflare's entry Worker, which would take most of the measured time.
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      },
    ],
  });
  try {
    const url = await miniflare.unsafeGetDirectURL('worker');
    const db = (await miniflare.getD1Database('DB', 'worker')) as D1Database;
    if (fixture) await fill(db, fixture);
    for (const name of more) await build(await miniflare.getD1Database(name, 'worker'));
    const process = childrenNamed('workerd').find((id) => !before.has(id));
    return {
      url,
      db,
      inspector: setup.inspected ? await miniflare.getInspectorURL() : null,
      cpu: () => (process ? cpuOf(process) : null),
      stop: () => miniflare.dispose(),
    };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

/** Reads /proc/ID/stat, see proc_pid_stat(5): the name, and the fields from the third one on. Null without /proc. */
function statOf(id: string): { name: string; fields: string[] } | null {
  try {
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
    return { name, fields: rest.split(' ') };
  } catch {
    return null;
  }
}

function childrenNamed(name: string): string[] {
  try {
    return readdirSync('/proc').filter((id) => {
      const stat = /^\d+$/.test(id) ? statOf(id) : null;
      return stat?.name === name && stat.fields[1] === String(process.pid);
    });
  } catch {
    return [];
  }
}

/** The unit of CPU times in /proc on every architecture that workerd supports. */
const TICK_MS = 10;

function cpuOf(id: string): number | null {
  const stat = statOf(id);
  return stat && (Number(stat.fields[11]) + Number(stat.fields[12])) * TICK_MS;
}
