/**
 * Measures requests per second of our Worker and of the two references. They take turns in short rounds, so that other
 * load on the machine affects all of them alike. A ratio compares two rounds of the same turn; the median of the ratios is
 * the result.
 */
import type { Budget } from './budget.ts';
import type { Fixture } from './fixture.ts';
import { load, once, type Sample } from './load.ts';
import { type Operation, operations } from './operations.ts';
import { median, quantile, type Spread, spread } from './statistics.ts';
import type { LocalWorker } from './worker.ts';

export const variants = ['ours', 'limit', 'sequential'] as const;
export type Variant = (typeof variants)[number];

export interface Measured {
  /** Requests per second; the median of the rounds. */
  rate: number;
  /** Latencies in milliseconds, over all rounds. */
  p50: number;
  p99: number;
  /** Milliseconds of CPU for each request, of workerd with its local database; null where unknown. */
  cpu: number | null;
}

export interface Throughput {
  operation: string;
  variants: Record<Variant, Measured>;
  toLimit: Spread;
  toSequential: Spread;
  /** The largest share of a core that the load generator used in any round. */
  generator: number;
}

export async function measureThroughput(
  workers: Record<Variant, LocalWorker>,
  { actors }: Fixture,
  budget: Budget,
  progress: (operation: string) => void,
): Promise<Throughput[]> {
  const rows: Throughput[] = [];
  for (const operation of operations) {
    progress(operation.name);
    for (const variant of variants) await operation.prepare?.(workers[variant].db, actors);
    await sameSize(workers, operation, actors);
    for (const variant of variants)
      await load(workers[variant], operation, actors, { seconds: budget.warmUpSeconds });

    const samples: Record<Variant, Sample[]> = { ours: [], limit: [], sequential: [] };
    for (let round = 0; round < budget.rounds; round++) {
      // The order alternates, so that no Worker always follows the same one.
      for (const variant of round % 2 ? variants.toReversed() : variants) {
        samples[variant].push(
          await load(workers[variant], operation, actors, { seconds: budget.roundSeconds }),
        );
      }
    }
    rows.push(rowOf(operation.name, samples));
  }
  return rows;
}

function rowOf(operation: string, samples: Record<Variant, Sample[]>): Throughput {
  const ratios = (to: Variant) =>
    spread(samples.ours.map(({ rate }, round) => rate / (samples[to][round]?.rate ?? Number.NaN)));
  return {
    operation,
    variants: {
      ours: summaryOf(samples.ours),
      limit: summaryOf(samples.limit),
      sequential: summaryOf(samples.sequential),
    },
    toLimit: ratios('limit'),
    toSequential: ratios('sequential'),
    generator: Math.max(...Object.values(samples).flatMap((some) => some.map(({ generator }) => generator))),
  };
}

function summaryOf(samples: readonly Sample[]): Measured {
  const latencies = samples.flatMap((sample) => sample.latencies);
  const cpu = samples.map((sample) => sample.cpu).filter((value) => value !== null);
  return {
    rate: median(samples.map(({ rate }) => rate)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: cpu.length ? median(cpu) : null,
  };
}

/** Throws where the bodies differ by more than a tenth: a reference that sends less is not comparable. */
async function sameSize(
  workers: Record<Variant, LocalWorker>,
  operation: Operation,
  [actor]: Fixture['actors'],
): Promise<void> {
  if (!actor) throw new Error('The fixture has no actors.');
  const sizeOf = async (variant: Variant) =>
    (await (await once(workers[variant], operation, actor)).arrayBuffer()).byteLength;
  const ours = await sizeOf('ours');
  for (const variant of variants) {
    const size = await sizeOf(variant);
    if (Math.abs(size - ours) > ours / 10) {
      throw new Error(`"${operation.name}": ours answers ${ours} bytes, ${variant} answers ${size}.`);
    }
  }
}
