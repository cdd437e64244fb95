/** A number that stands for the text of a calendar: it changes when the text does, and not otherwise. */

/** It rises when the Worker writes the same events in another way. */
const FORM = 1;

/**
 * @param calendar what the text says of the calendar.
 * @param events what it says of the events: the version of each, which no other state of it ever has.
 */
export async function versionOf(
  calendar: readonly (string | number | null)[],
  events: readonly { seq: number; version: number }[],
): Promise<number> {
  const content = JSON.stringify([FORM, calendar, events.map(({ seq, version }) => [seq, version])]);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content));
  const [high = 0, low = 0] = new Uint32Array(hash);
  return (high >>> 12) * 2 ** 32 + low;
}
