/** Expands a series as many times as the request says, so that the bench can compute the time of one expansion. */
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
    const budget = unlimited(); // one for all expansions of a request, as in the Worker
    let found = 0;
    for (let i = 0; i < times; i++) found += instances(series, 'Europe/Oslo', 'Mon', window, budget).length;
    return Response.json({ found: found / times });
  },
};
