/** What becomes of the exceptions of a series when it changes. Pure: the rows come from the caller. */
import { EVENTS_WORK_MAX_MS, EXCEPTIONS_MAX, UNTIL_MAX_DAYS } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import { Budget, Overspent } from '../../time/budget.ts';
import { follow, type Ruled } from '../../time/occurrences.ts';
import { untilOf } from '../../time/rule.ts';
import { DAY_MS } from '../../time/units.ts';
import { dayOfSpan } from '../../time/whole-days.ts';
import type { SeriesRow } from './overrides-sql.ts';
import type { Move } from './overrides-write-sql.ts';
import { overriddenOf } from './table.ts';

const NS_PER_MS = 1_000_000;

/** What the rule of a series is expanded with: of whole days, its dates, as their midnights in UTC. */
export const ruledOf = (
  row: Pick<SeriesRow, 'start_ts' | 'recurrence' | 'timezone' | 'week_start' | 'days'>,
): Ruled => ({
  startTs: row.days ? dayOfSpan(row.start_ts) * DAY_MS : row.start_ts,
  recurrence: row.recurrence === null ? null : JSON.parse(row.recurrence),
  zone: row.days ? 'UTC' : row.timezone,
  weekStart: row.week_start,
  wholeDays: row.days !== null,
});

/**
 * Expands a series within the budget of one request.
 *
 * @throws Problem `answer-too-large`
 */
export function withinBudget<A>(expand: (budget: Budget) => A): A {
  try {
    return expand(new Budget(EVENTS_WORK_MAX_MS * NS_PER_MS));
  } catch (error) {
    if (!(error instanceof Overspent)) throw error;
    throw new Problem('answer-too-large', 'The series takes too long to expand. Split it, or end it sooner.');
  }
}

/** The exceptions of a series, as its row stores them. */
export interface Exceptions {
  /** The original starts of what does not take place as the rule says: cancelled, or overridden. */
  exdates: number[];
  /** How often the override of each occurrence has changed, by original start. */
  overridden: Record<string, number>;
}

/** Exceptions that have followed their occurrences. */
export interface Followed extends Exceptions {
  /** The overrides that stay, with their original starts before and after. */
  moves: Move[];
  /** The original starts of those that go. */
  dropped: number[];
}

export const exceptionsOf = (row: Pick<SeriesRow, 'exdates' | 'overridden'>): Exceptions => ({
  exdates: JSON.parse(row.exdates),
  overridden: overriddenOf(row),
});

/** The most exceptions that a series may have. @throws Problem `exception-limit` */
export function requireRoom<E extends Exceptions>(exceptions: E): E {
  if (exceptions.exdates.length <= EXCEPTIONS_MAX) return exceptions;
  throw new Problem(
    'exception-limit',
    `A series has at most ${EXCEPTIONS_MAX} exceptions: exdates and overridden occurrences together.`,
  );
}

/**
 * The exceptions of a series once it has changed: they follow their occurrences. `exdates` of the change win.
 *
 * @throws Problem `exception-limit`, `answer-too-large`
 */
export function exceptionsAfter(
  { exdates, overridden }: Exceptions,
  before: Ruled,
  after: Ruled,
  sent: readonly number[] | undefined,
): Followed {
  const moved = JSON.stringify(before) !== JSON.stringify(after);
  const followed = moved
    ? withinBudget((budget) => follow(before, after, exdates, budget))
    : new Map(exdates.map((original) => [original, original]));
  const isCancelled = (original: number) => !(original in overridden);
  const cancelled = new Set(sent ?? exdates.filter(isCancelled).flatMap((one) => followed.get(one) ?? []));
  const kept = new Map<number, number>();
  for (const original of exdates) {
    const to = followed.get(original);
    if (!isCancelled(original) && to !== undefined && !cancelled.has(to) && !kept.has(to))
      kept.set(to, original);
  }
  const moves = [...kept].map(([to, from]): Move => [from, to]);
  const staying = new Set(kept.values());
  return requireRoom({
    exdates: [...cancelled, ...kept.keys()],
    overridden: Object.fromEntries(moves.map(([from, to]) => [to, overridden[from] ?? 1])),
    moves,
    dropped: exdates.filter((original) => !isCancelled(original) && !staying.has(original)),
  });
}

/** Whether the end of a rule is farther from the start than a request may set it. */
export const isLong = ({ startTs, recurrence }: Ruled): boolean =>
  recurrence?.until !== undefined && untilOf(recurrence) - startTs > UNTIL_MAX_DAYS * DAY_MS;
