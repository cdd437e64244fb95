/** One step of the demo: it is said, and what differs from what was expected ends the demo. */
import type { Answer } from '@nettu/scheduler-sdk';

/** What was asked for. Throws the problem where it was refused. */
export async function done<T>(asked: Promise<Answer<T>>, step: string): Promise<T> {
  const { status, data, error } = await asked;
  if (error) throw new Error(`"${step}" was refused`, { cause: error });
  say(status, step);
  return data;
}

/** Throws where it was not refused, or for another reason. */
export async function refused(
  asked: Promise<Answer<unknown>>,
  wanted: number,
  code: string,
  step: string,
): Promise<void> {
  const { status, error } = await asked;
  expect(step, `${status} ${error?.code ?? ''}`, `${wanted} ${code}`);
  say(status, `${step} (${code})`);
}

/** Throws where the two differ as JSON. */
export function expect(step: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`"${step}" should have answered ${should}, not ${is}`);
}

export function say(status: number | string, step: string): void {
  console.log(`  ok  ${String(status).padEnd(3)}  ${step}`);
}
