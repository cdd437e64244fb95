/** The queues of wrangler.toml fit the runs. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LEASE_MS } from '../../src/webhooks/outbox-sql.ts';

// The platform sends the messages of an evicted run again after this time; while its lease lasts, they would do nothing.
it.each([
  ['nettu-scheduler-deliveries', LEASE_MS.fast],
  ['nettu-scheduler-deliveries-slow', LEASE_MS.slow],
])('%s repeats a message after the lease of a run', (queue, leaseMs) => {
  const consumers = readFileSync('wrangler.toml', 'utf8').split('[[queues.consumers]]').slice(1);
  const consumer = consumers.find((text) => text.includes(`queue = "${queue}"\n`));
  const seconds = Number(/^retry_delay = (\d+)/m.exec(consumer ?? '')?.[1]);
  expect(1000 * seconds).toBeGreaterThan(leaseMs);
});
