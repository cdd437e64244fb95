/** Ends a call at its timeout, or when its signal is aborted. */

/**
 * Throws the reason of an aborted signal. (React Native has no `AbortSignal.prototype.throwIfAborted`, and its signals have
 * no reason.)
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason ?? Object.assign(new Error('The call was aborted'), { name: 'AbortError' });

/** The longest delay of a timer: browsers and Node store it in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Runs `work` until the caller's `signal` is aborted or the timeout is over, whether `work` waits for a token, for an
 * answer or for the rest of one. (`AbortSignal.any` would be shorter, but Node has it only since 20.3.)
 *
 * @param timeout milliseconds.
 * @param late makes the error of a timeout. An abort rejects with the reason of the signal.
 * @param work gets a signal that is aborted at the end.
 */
export async function within<T>(
  signal: AbortSignal | undefined,
  timeout: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const ours = new AbortController();
  let end = (_reason: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      reject(reason);
      // Without the reason, since Node's `fetch` overwrites the stack of a reason.
      ours.abort();
    };
  });
  const abort = () => signal && end(reasonOf(signal));
  signal?.addEventListener('abort', abort);
  const timer = timeout <= LONGEST_MS ? setTimeout(() => end(late()), timeout) : undefined;
  try {
    return await Promise.race([work(ours.signal), ended]);
  } finally {
    if (timer) clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
