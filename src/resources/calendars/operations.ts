/** Operations on calendars. The events of a deleted calendar go with it at once: see db/removed.ts. */
import { exists, ownerOf, type Scope, selectOwner } from '../../db/scope.ts';
import { sql } from '../../db/sql.ts';
import { insertOne, updateOne } from '../../db/table.ts';
import type { Env } from '../../env.ts';
import { SUBSCRIPTIONS_MAX } from '../../limits.ts';
import { write } from '../../operation.ts';
import { creation, firstVersion, found, plan, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { CalendarResult } from '../../sdk/types.ts';
import { allowsPrivate, refusalOf } from '../../validation/address.ts';
import { invalid } from '../../validation/schemas.ts';
import { crud } from '../crud.ts';
import * as input from './input.ts';
import { insertSubscription, isSubscribed, updateSubscription } from './subscription-sql.ts';
import { type CalendarRow, calendars, selectCalendar } from './table.ts';

const ordinary = crud({
  table: calendars,
  params: ['calendarId'],
  creation: input.creation,
  update: input.update,
});

export const {
  get: getCalendar,
  remove: removeCalendar,
  find: findCalendars,
  list: listCalendars,
} = ordinary;

const toResult = (row: CalendarRow) => withEtag<CalendarResult>({ calendar: calendars.toResource(row) }, row);

/** @throws Problem `input-invalid` where the deployment does not let the Worker fetch the URL. */
function permitUrl(url: string, { ALLOW_PRIVATE_WEBHOOKS: setting }: Env): void {
  const reason = refusalOf(url, allowsPrivate(url, setting));
  if (reason) throw invalid([{ path: 'subscription.url', reason }]);
}

export const createCalendar = write({
  idempotent: true,
  body: input.creation,
  run(scope, request) {
    const { subscription, timezone, weekStart, metadata } = request.body;
    if (!subscription) return ordinary.create.run(scope, request);
    permitUrl(subscription.url, request.env);
    const id = crypto.randomUUID();
    const row = {
      id,
      user_id: ownerOf(scope),
      timezone,
      week_start: weekStart,
      metadata: JSON.stringify(metadata),
      version: firstVersion(),
    };
    const shown = JSON.stringify({ ...subscription, fetchedAt: null, changedAt: null, error: null });
    return creation(
      {
        answer: toResult({ ...row, subscription: shown }),
        created: exists(scope, calendars.sql, id),
      },
      [
        insertSubscription(scope, id, subscription),
        insertOne(calendars, scope, row, sql`AND ${isSubscribed(scope, id)}`),
        selectOwner(scope),
      ] as const,
      (_, [created], owners) => {
        if (created) return undefined;
        found(owners);
        throw new Problem(
          'subscription-limit',
          `A user has at most ${SUBSCRIPTIONS_MAX} subscriptions. Delete a calendar that has one first.`,
        );
      },
    );
  },
});

export const changeCalendar = write({
  params: ['calendarId'],
  body: input.update,
  target: (scope: Scope, { params: { calendarId } }) => selectCalendar(scope, calendarId),
  run(scope, request) {
    const { subscription, timezone, weekStart, metadata } = request.body;
    if (!subscription && !timezone) return ordinary.change.run(scope, request);
    if (subscription?.url) permitUrl(subscription.url, request.env);
    const { calendarId } = request.params;
    const changes = { timezone, week_start: weekStart, metadata: metadata && JSON.stringify(metadata) };
    return plan(
      [
        updateSubscription(scope, calendarId, { ...subscription, timezone }),
        updateOne(
          calendars,
          scope,
          calendarId,
          changes,
          subscription ? sql`AND ${isSubscribed(scope, calendarId)}` : sql``,
        ),
        selectCalendar(scope, calendarId),
      ],
      (_, [row], there) => {
        if (row) return toResult(row);
        found(there);
        throw invalid([
          {
            path: 'subscription',
            reason: 'must be absent: only a calendar that was created with a subscription has one',
          },
        ]);
      },
    );
  },
});
