/**
 * Measures the start of an isolate: the time of the first request to a new isolate, minus the time of the next request to
 * it, over HTTP. A running workerd creates the isolate from the text of the bundle, so the difference is the time to create
 * the isolate, to compile and run the bundle, and to answer for the first time. The route does not query the database.
 */
import { gzipSync } from 'node:zlib';
import { compatibilityDate } from './bundle.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';

export interface Start {
  /** Bytes of the bundle as deployed, minified. */
  bundle: number;
  gzip: number;
  /** Milliseconds; the median of several isolates. */
  firstAnswer: number;
  /** The same for a Worker of one line: the part that workerd needs for any isolate. */
  emptyWorker: number;
}

const EMPTY = 'export default { fetch: () => Response.json({}) }';

/** @param code our bundle, and `isolate`, the Worker that starts isolates. */
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
    const startMs = performance.now();
    const response = await fetch(new URL('/api/v1/', worker.url), { headers: { 'x-isolate': name } });
    await response.text();
    if (!response.ok) throw new Error(`A new isolate failed: status ${response.status}`);
    return performance.now() - startMs;
  };
  try {
    await time('the first request opens the connection');
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
