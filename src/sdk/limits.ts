/** How long a call may take. */

/** The longest that a timer can wait: HTML standard and Node alike hold it in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Does `work` until the caller's `signal` is aborted or `timeout` (ms) is over, whatever it waits for by then: a token,
 * an answer, or the rest of one. `AbortSignal.any` would be shorter, but Node has it only since 20.3.
 *
 * @param late makes the error that a timeout rejects with; an abort rejects with the reason of the signal.
 */
export async function within<T>(
  signal: AbortSignal | undefined,
  timeout: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ours = new AbortController();
  let end = (_reason: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      reject(reason);
      // Not told why: Node's `fetch` writes a stack of its own over that of the reason.
      ours.abort();
    };
  });
  const abort = () => end(signal?.reason);
  signal?.addEventListener('abort', abort);
  const timer = timeout <= LONGEST_MS ? setTimeout(() => end(late()), timeout) : undefined;
  try {
    return await Promise.race([work(ours.signal), ended]);
  } finally {
    if (timer) clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
