/**
 * The operations on one occurrence of a series, and on those that follow it. Each reads the series, decides what changes
 * (decisions.ts), and writes it only while the series is as it was read; otherwise it reads again.
 */
import type { Scope } from '../../db/scope.ts';
import { loadLazy } from '../../lazy/load.ts';
import { type Input, write } from '../../operation.ts';
import { change, creation, found, type Plan, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { EventResult, OccurrenceResult, SplitResult } from '../../sdk/types.ts';
import type { Decision, Refused } from './decisions.ts';
import * as input from './input.ts';
import { selectSeries } from './overrides-sql.ts';
import type { SeriesChange } from './overrides-write-sql.ts';
import { deleteEvent, isEvent, selectEvent } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** How often a write is decided again, because the series changed meanwhile. */
const TRIES_MAX = 5;

type Lazy = Awaited<ReturnType<typeof loadLazy>>;

const target = (scope: Scope, { params, now }: Pick<Input<'eventId'>, 'params' | 'now'>) =>
  selectEvent(scope, params.eventId, now);

const toResult = (row: EventRow): WithEtag<EventResult> => withEtag({ event: events.toResource(row) }, row);

/**
 * Builds the plan of a write that is decided on a series as it is read.
 *
 * @param decide makes the plan of the write; that leads to `again` where the series has changed since.
 * @throws Problem `not-found`; `contended` where the series keeps changing.
 */
export function decided<A>(
  scope: Scope,
  id: string,
  now: number,
  decide: (lazy: Lazy, change: SeriesChange, again: () => Plan<A>) => Plan<A>,
  tries = 1,
): Plan<A> {
  return plan([selectSeries(scope, id, now)], async (rows): Promise<Plan<A>> => {
    const change = { row: found(rows), now, isSeries: isEvent(scope, id, now) };
    return decide(await loadLazy(), change, () => {
      if (tries < TRIES_MAX) return decided(scope, id, now, decide, tries + 1);
      throw new Problem('contended', 'Other requests keep changing the series. Nothing changed; try again.');
    });
  }) as Plan<A>;
}

/** @throws Problem where the decision is one. */
export function taken<D>(decision: D | Refused): D {
  if (decision && typeof decision === 'object' && 'problem' in decision)
    throw new Problem(...(decision as Refused).problem);
  return decision as D;
}

/** The plan of a decision, whose last statement returns the row of the series. */
const writing = <D extends Decision, A>(
  decision: D,
  answer: (after: EventRow, decision: D) => WithEtag<A>,
  again: () => Plan<A>,
): Plan<A> =>
  plan(decision.statements, (...results) => {
    const after = results.at(-1)?.[0] as EventRow | undefined;
    return after ? answer(after, decision) : again();
  }) as Plan<A>;

const occurrence = ['eventId', 'originalStartTs'] as const;
type Named = Pick<Input<'eventId' | 'originalStartTs'>, 'params' | 'now'>;

/** Changes an occurrence; without a member in which it differs, it is as the rule says again. */
const settle = (
  scope: Scope,
  { params: { eventId, originalStartTs }, now }: Named,
  own: Parameters<Lazy['decideOverride']>[3] = {},
): Plan<OccurrenceResult> =>
  decided<OccurrenceResult>(scope, eventId, now, (lazy, change, again) => {
    const isPlain = Object.values(own).every((member) => member === undefined);
    const decision = isPlain
      ? lazy.decideReset(scope, change, originalStartTs)
      : lazy.decideOverride(scope, change, originalStartTs, own);
    return writing(
      taken(decision),
      (after, { instance }) => withEtag({ event: events.toResource(after), instance }, after),
      again,
    );
  });

export const changeInstance = write({
  params: occurrence,
  body: input.override,
  target,
  run: (scope, request): Plan<OccurrenceResult> => settle(scope, request, request.body),
});

export const resetInstance = write({
  params: occurrence,
  target,
  run: (scope, request): Plan<OccurrenceResult> => settle(scope, request),
});

export const removeInstance = write({
  params: occurrence,
  target,
  run: (scope, { params, now }): Plan<EventResult> =>
    decided<EventResult>(scope, params.eventId, now, (lazy, change, again) =>
      writing(taken(lazy.decideCancel(scope, change, params.originalStartTs)), toResult, again),
    ),
});

export const removeEvent = write({
  params: ['eventId'],
  query: input.removal,
  target,
  run(scope, { params: { eventId }, query: { from }, now, requires }): Plan<EventResult> {
    if (from === undefined) return change(deleteEvent(scope, eventId, now), toResult);
    return decided<EventResult>(scope, eventId, now, (lazy, change, again) => {
      const decision = taken(lazy.decideEnd(scope, change, from));
      if (decision) return writing(decision, toResult, again);
      requires(['DeleteCalendarEvent']);
      return writing({ statements: [deleteEvent(scope, eventId, now, change.row.version)] }, toResult, again);
    });
  },
});

export const splitEvent = write({
  idempotent: true,
  params: ['eventId'],
  body: input.division,
  run(scope, { params: { eventId }, body, now }): Plan<SplitResult> {
    const id = crypto.randomUUID();
    return decided<SplitResult>(scope, eventId, now, (lazy, change, again) => {
      const { statements, created, ended, following } = taken(lazy.decideSplit(scope, change, id, body));
      const result = { event: events.toResource(ended), following: events.toResource(following) };
      return creation<typeof statements, SplitResult>(
        { answer: withEtag(result, following), created },
        statements,
        (...results) => (results.at(-1)?.length ? undefined : again()),
      );
    });
  },
});
