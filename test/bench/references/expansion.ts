/** Expands a series as often as it is told to, so that the time of one expansion can be told from outside. */
import { unlimited } from '../../../src/time/budget.ts';
import { instances, type Series } from '../../../src/time/recurrence.ts';

interface Task {
  series: Series;
  window: { startTs: number; endTs: number };
  times: number;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { series, window, times } = (await request.json()) as Task;
    const budget = unlimited(); // one for all that a request expands
    let found = 0;
    for (let i = 0; i < times; i++) found += instances(series, 'Europe/Oslo', 'Mon', window, budget).length;
    return Response.json({ found: found / times });
  },
};
