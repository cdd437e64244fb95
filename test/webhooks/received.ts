/** The types of test/e2e/support/receiver.ts, without Node, so that tests inside workerd can import them. */
import 'vitest';

/** One request that the receiver got. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** When it arrived, in ms since 1970. */
  at: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the receiver. */
    receiver: string;
    /** A URL that refuses connections. */
    refusing: string;
  }
}
