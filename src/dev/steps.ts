/** The steps of the demo: each prints one line, and throws where the service does not answer as the story expects. */
import type { Answer } from '@nettu/scheduler-sdk';

/**
 * A request that succeeds.
 *
 * @returns the data of the answer.
 * @throws Error with the problem as its cause where the service refused the request.
 */
export async function succeeds<T>(request: Promise<Answer<T>>, step: string): Promise<T> {
  const { status, data, error } = await request;
  if (error) throw new Error(`The service refused "${step}".`, { cause: error });
  print(status, step);
  return data;
}

/**
 * A request that the service refuses with this status and code.
 *
 * @throws Error where the answer is another one.
 */
export async function fails(
  request: Promise<Answer<unknown>>,
  expectedStatus: number,
  code: string,
  step: string,
): Promise<void> {
  const { status, error } = await request;
  expectEqual(step, `${status} ${error?.code ?? ''}`, `${expectedStatus} ${code}`);
  print(status, `${step} (${code})`);
}

/** @throws Error where the two differ as JSON. */
export function expectEqual(step: string, value: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(value), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`"${step}" returned ${found} instead of ${wanted}.`);
}

export function print(status: number | string, step: string): void {
  console.log(`  ok  ${String(status).padEnd(3)}  ${step}`);
}
