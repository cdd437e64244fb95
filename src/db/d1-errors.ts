/** What D1's errors mean. Only their text tells them apart (developers.cloudflare.com/d1/observability/debug-d1/#error-list). */

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** SQLite gave up, and rolled back. */
const GAVE_UP = /SQLITE_(BUSY|LOCKED|NOMEM|INTERRUPT|IOERR|FULL|CANTOPEN|READONLY)/;

/** D1 turned the batch away before it ran; the Workers runtime has the last words, for one invocation. */
const TURNED_AWAY = /D1 DB is overloaded|Cannot resolve D1 DB|Too many (API requests|subrequests)/;

/**
 * A limit of the operator's plan, which no retry passes (developers.cloudflare.com/d1/platform/limits): `room` is the size of
 * the database or of all databases of the Cloudflare account, `day` the rows that the free plan reads or writes until
 * midnight UTC.
 */
export type PlanLimit = 'room' | 'day';

const PLAN_LIMITS: Readonly<Record<PlanLimit, RegExp>> = {
  room: /Exceeded maximum DB size|exceeded D1's maximum account storage limit|SQLITE_FULL|database or disk is full/,
  day: /exceeded D1's free tier daily row/,
};

/** The limit that D1 refused the batch for, if it did. The batch changed nothing. */
export function planLimitIn(error: unknown): PlanLimit | null {
  const message = messageOf(error);
  return (Object.keys(PLAN_LIMITS) as PlanLimit[]).find((limit) => PLAN_LIMITS[limit].test(message)) ?? null;
}

/**
 * Errors that pass by themselves, for which D1 recommends a retry. An overload is not one of them, as more requests make
 * it worse, nor is a batch that took too long or too much memory.
 */
const TRANSIENT =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve D1 DB due to transient issue|Can't read from request stream/;

/** Whether SQLite rejected a statement. Its errors carry a result code; D1's own errors (overloaded, reset, lost) do not. */
export function isDefect(error: unknown): boolean {
  const message = messageOf(error);
  return /SQLITE_|D1_TYPE_ERROR/.test(message) && !GAVE_UP.test(message);
}

/** Whether the batch certainly changed nothing. */
export function wasNotRun(error: unknown): boolean {
  const message = messageOf(error);
  return GAVE_UP.test(message) || TURNED_AWAY.test(message) || planLimitIn(error) !== null;
}

export const isTransient = (error: unknown): boolean => TRANSIENT.test(messageOf(error));

/** A quota that a write would have passed. */
export interface QuotaExceeded {
  quota: string;
  limit: number;
  /** What the account has without the write. */
  use: number;
}

/** The quota that a trigger of ours names, where it refused the batch for it; else null. */
export function quotaExceededIn(error: unknown): QuotaExceeded | null {
  const [match, quota = '', limit, use] =
    /^D1_ERROR: quota_exceeded (\w+) (\d+) (\d+): SQLITE_CONSTRAINT/.exec(messageOf(error)) ?? [];
  return match === undefined ? null : { quota, limit: Number(limit), use: Number(use) };
}

/** Whether a trigger of ours refused a write to the events of a subscription. */
export const isReadOnly = (error: unknown): boolean => messageOf(error).includes('calendar_read_only');

/** Whether a statement of ours failed on purpose: see the table `refused` in schema.sql. */
export const isRefusal = (error: unknown): boolean => messageOf(error).includes('precondition_failed');
