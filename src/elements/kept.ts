/** What a tab keeps of a booking across a reload, in its session storage. */

/** A time that a person has chosen. The same choice has the same key, so that it is booked once, however often it is sent. */
export interface ChosenTime {
  /** The Idempotency-Key. */
  key: string;
  /** Milliseconds since the epoch. */
  start: number;
  hostUserIds: readonly string[] | undefined;
  /** Minutes. */
  hold: number;
  durationMs: number;
}

export interface Kept {
  /** The booking, once the scheduler has answered. */
  id?: string;
  /** The choice, while its outcome is unknown. */
  chosen?: ChosenTime;
}

const PREFIX = 'nettu-booking:';

/** What this tab keeps under a name; nothing where storage is blocked. */
export function readKept(name: string): Kept {
  try {
    return (JSON.parse(sessionStorage.getItem(PREFIX + name) ?? '{}') as Kept | null) ?? {};
  } catch {
    return {};
  }
}

export function writeKept(name: string, kept: Kept): void {
  try {
    if (kept.id || kept.chosen) sessionStorage.setItem(PREFIX + name, JSON.stringify(kept));
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Without storage, a reload begins again.
  }
}
