/**
 * `node test/bench/profile.ts "user reads calendar"`: prints the functions of the Worker that an operation spends its time
 * in. It loads the unminified bundle for some seconds while V8 samples the Worker's isolate through workerd's inspector,
 * and sorts the functions by their own time. The profile includes D1's binding, and not the local database, which runs in
 * another isolate. V8 samples by the wall clock, so run nothing else meanwhile.
 */
import { parseArgs } from 'node:util';
import { bundleOurs, bundleReference } from './bundle.ts';
import { newFixture } from './fixture.ts';
import { openInspector } from './inspector.ts';
import { load } from './load.ts';
import { operations } from './operations.ts';
import { selfTimes } from './self-times.ts';
import { table } from './table.ts';
import { startWorker } from './worker.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    top: { type: 'string', default: '25' },
    worker: { type: 'string', default: 'ours' },
  },
});
const [name = 'user reads calendar'] = positionals;
const operation = operations.find((operation) => operation.name === name);
if (!operation)
  throw new Error(
    `There is no operation "${name}". Choose one of: ${operations.map(({ name }) => name).join(', ')}`,
  );

const code =
  values.worker === 'ours'
    ? bundleOurs('--minify=false')
    : await bundleReference(values.worker === 'limit' ? 'limit' : 'sequential');
const fixture = newFixture({ accounts: 4, users: 250, actors: 64 });
const worker = await startWorker(fixture, { modules: { 'index.js': code }, inspected: true });
try {
  await operation.prepare?.(worker.db, fixture.actors);
  await load(worker, operation, fixture.actors, { seconds: 2 });

  const inspector = await openInspector(worker.inspector);
  await inspector.send('Profiler.enable');
  await inspector.send('Profiler.setSamplingInterval', { interval: 100 });
  await inspector.send('Profiler.start');
  const { rate, latencies, cpu } = await load(worker, operation, fixture.actors, {
    seconds: Number(values.seconds),
  });
  const { profile } = await inspector.send('Profiler.stop');
  inspector.close();

  console.log(
    `${name}: ${Math.round(rate)} requests/s while V8 samples, ${cpu?.toFixed(3) ?? '?'} ms CPU for each (all of workerd)\n`,
  );
  const rows = selfTimes(profile)
    .slice(0, Number(values.top))
    .map(({ name, location, self, share }) => [
      `${name}  ${location}`,
      `${(share * 100).toFixed(1)} %`,
      ((self / latencies.length) * 1000).toFixed(1),
    ]);
  console.log(table(['', 'self', 'µs a request'], rows));
} finally {
  await worker.stop();
}
