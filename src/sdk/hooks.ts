/** The hooks of a client: what it says of each request, for logs and metrics. None of it is a secret. */

/** A request that the client is about to send. An attempt again after a failure is another one. */
export interface SentRequest {
  method: string;
  /** Without the query, which may contain personal data. */
  url: string;
  /** Which attempt of its call this is, from 1. */
  attempt: number;
}

/** A request that has ended, with an answer or without. */
export interface EndedRequest extends SentRequest {
  /** undefined without an answer. */
  status: number | undefined;
  /** The `NettuProblem` of the answer, or a `NettuNetworkError` without one; undefined after a success. */
  error: unknown;
  /** The id of the request in the service's log. */
  requestId: string | undefined;
  /** From the request to the end of its answer, in milliseconds. */
  elapsedMs: number;
}

export interface Hooks {
  /** Called before each request. What it throws is ignored: a log must not fail a call. */
  onRequest?: ((request: SentRequest) => void) | undefined;
  /** Called after each answer, and after a request without one. What it throws is ignored. */
  onResponse?: ((request: EndedRequest) => void) | undefined;
}

/** Calls a hook, and ignores what it throws. */
export function tell<T>(hook: ((value: T) => void) | undefined, value: T): void {
  try {
    hook?.(value);
  } catch {}
}
