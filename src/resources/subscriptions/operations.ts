/** Fetches the subscription of a calendar now. */
import type { ImportedRow } from '../../ical/read/differences.ts';
import { loadLazy } from '../../lazy/load.ts';
import { REFRESH_TIMEOUT_MS, REFRESH_WAIT_MS } from '../../limits.ts';
import { write } from '../../operation.ts';
import { found, type Plan, plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { CalendarResult } from '../../sdk/types.ts';
import { SECOND_MS } from '../../time/units.ts';
import { invalid } from '../../validation/schemas.ts';
import { calendars, selectCalendar } from '../calendars/table.ts';

export const refreshCalendar = write({
  params: ['calendarId'],
  retryAdvice: 'It is safe to send again.',
  async run(scope, { params: { calendarId }, env, now }) {
    const { fetchSubscription, subscriptionSql } = await loadLazy();
    const calendar = selectCalendar(scope, calendarId);
    return plan(
      [
        subscriptionSql.beginFetch(scope, calendarId, now),
        subscriptionSql.selectBegun(scope, calendarId),
        calendar,
      ] as const,
      async ([begun], [latest], rows): Promise<Plan<CalendarResult>> => {
        found(rows);
        if (!latest)
          throw invalid([{ path: 'calendarId', reason: 'must be that of a calendar with a subscription' }]);
        if (!begun) throw tooSoon(latest.begun_at + REFRESH_WAIT_MS - now);
        const outcome = await fetchSubscription(begun, env.ALLOW_PRIVATE_WEBHOOKS, now, REFRESH_TIMEOUT_MS);
        const store = (fetched: readonly ImportedRow[]) =>
          plan(
            [...outcome.writes(scope, fetched), calendar],
            (...results): CalendarResult => ({
              calendar: calendars.toResource(found(results.at(-1) as typeof rows)),
            }),
          );
        const [read] = outcome.reads(scope);
        return read ? plan([read], store) : store([]);
      },
    );
  },
});

function tooSoon(waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return new Problem(
    'rate-limited',
    `The calendar was fetched less than a minute ago. Nothing changed. Wait ${seconds} seconds.`,
    { headers: { 'retry-after': String(seconds) } },
  );
}
