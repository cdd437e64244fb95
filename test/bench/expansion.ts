/**
 * Measures the CPU time of expanding a series in workerd: the time of a request that expands it many times, minus the time
 * of a request that expands it once, divided by the difference. So the database, the parsing and the answer drop out.
 */
import type { Recurrence } from '../../src/sdk/types.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';

export interface Expansion {
  series: string;
  /** Microseconds for one expansion; the median of several requests. */
  micros: number;
  /** The instances in the window. */
  instances: number;
}

const DAY_MS = 86_400_000;
/** 62 days, the longest window that the service accepts. */
const window = { startTs: Date.UTC(2027, 1, 1), endTs: Date.UTC(2027, 1, 1) + 62 * DAY_MS };
const yesterday = window.startTs - DAY_MS;
const longAgo = Date.UTC(1997, 0, 31, 8);
const upTo = (last: number, negative = true) => [
  ...Array.from({ length: last }, (_, i) => i + 1),
  ...(negative ? Array.from({ length: last }, (_, i) => -i - 1) : []),
];

const cases: Record<string, [startTs: number, recurrence: Recurrence]> = {
  'daily since yesterday': [yesterday, { freq: 'daily', interval: 1 }],
  'daily for 30 years': [longAgo, { freq: 'daily', interval: 1 }],
  'weekly, three days': [longAgo, { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Wed', 'Fri'] }],
  'last working day of the month': [
    longAgo,
    { freq: 'monthly', interval: 1, byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], bysetpos: [-1] },
  ],
  'weekly, the last of 739': [
    window.startTs - 1720 * DAY_MS,
    { freq: 'weekly', interval: 1, byweekday: ['Mon', 'Wed', 'Fri'], count: 739 },
  ],
  'hostile: counts a day that never comes': [
    longAgo,
    { freq: 'daily', interval: 1, bymonth: [2], bymonthday: [30], count: 739 },
  ],
  'hostile: day 366 in week 53': [
    longAgo,
    { freq: 'yearly', interval: 1, byyearday: [366], byweekno: [53], count: 739 },
  ],
  'hostile: every list full': [
    longAgo,
    {
      freq: 'yearly',
      interval: 1,
      bymonth: upTo(12, false),
      bymonthday: upTo(31),
      byyearday: upTo(366),
      bysetpos: upTo(366),
      count: 739,
    },
  ],
};

export async function measureExpansion(code: string, rounds: number): Promise<Expansion[]> {
  const worker = await startWorker(null, { modules: { 'expansion.js': code } });
  const run = async (task: object) => {
    const startMs = performance.now();
    const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(task) });
    const { found } = (await response.json()) as { found: number };
    return { found, tookMs: performance.now() - startMs };
  };
  try {
    const rows: Expansion[] = [];
    for (const [name, [startTs, recurrence]] of Object.entries(cases)) {
      const series = { startTs, duration: 1_800_000, busy: true, recurrence, exdates: [] };
      await run({ series, window, times: 20 });
      const { tookMs } = await run({ series, window, times: 5 });
      // As many as take about 50 ms.
      const times = Math.max(10, Math.min(5000, Math.round(50 / (tookMs / 5))));
      const samples: number[] = [];
      let instances = 0;
      for (let i = 0; i < rounds; i++) {
        const once = await run({ series, window, times: 1 });
        const many = await run({ series, window, times });
        samples.push(((many.tookMs - once.tookMs) / (times - 1)) * 1000);
        instances = many.found;
      }
      rows.push({ series: name, micros: median(samples), instances });
    }
    return rows;
  } finally {
    await worker.stop();
  }
}
