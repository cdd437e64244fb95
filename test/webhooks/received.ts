/** What the receiver of test/e2e/support/receiver.ts has to say; without Node, so that tests inside workerd know it too. */
import 'vitest';

/** One request that has arrived. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** When it arrived, in ms. */
  at: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the receiver is. */
    receiver: string;
    /** Where nothing is. */
    refusing: string;
  }
}
