/**
 * What a Worker costs before its first answer. The time is from outside, over HTTP: of a request to a new isolate,
 * minus that of the next request to the same one. A running workerd makes the isolates from the bundle's text, so it
 * holds making the isolate, compiling and running the bundle, and answering for the first time; not the start of
 * workerd, and not the network. The route is the one that asks no database.
 */
import { gzipSync } from 'node:zlib';
import { compatibilityDate } from './bundle.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';

export interface Start {
  /** Bytes of the bundle as deployed, minified. */
  bundle: number;
  gzip: number;
  /** Milliseconds; the median of several starts. */
  firstAnswer: number;
  /** The same of a Worker of one line: what workerd takes for any isolate. */
  emptyWorker: number;
}

const EMPTY = 'export default { fetch: () => Response.json({}) }';

/** @param code our bundle, and the Worker that starts isolates. */
export async function measureStart(code: { ours: string; isolate: string }, starts: number): Promise<Start> {
  return {
    bundle: Buffer.byteLength(code.ours),
    gzip: gzipSync(code.ours, { level: 9 }).length,
    firstAnswer: await firstAnswer(code.ours, code.isolate, starts),
    emptyWorker: await firstAnswer(EMPTY, code.isolate, starts),
  };
}

async function firstAnswer(bundle: string, isolate: string, starts: number): Promise<number> {
  const worker = await startWorker(null, {
    modules: { 'isolate.js': isolate },
    bindings: { CODE: bundle, COMPATIBILITY_DATE: compatibilityDate },
    loader: 'LOADER',
  });
  const time = async (name: string) => {
    const began = performance.now();
    const response = await fetch(new URL('/api/v1/', worker.url), { headers: { 'x-isolate': name } });
    await response.text();
    if (!response.ok) throw new Error(`A new isolate answered ${response.status}.`);
    return performance.now() - began;
  };
  try {
    await time('the first one of all, which opens the connection');
    const differences: number[] = [];
    for (let i = 0; i < starts; i++) {
      const [cold, warm] = [await time(`isolate ${i}`), await time(`isolate ${i}`)];
      differences.push(cold - warm);
    }
    return median(differences);
  } finally {
    await worker.stop();
  }
}
