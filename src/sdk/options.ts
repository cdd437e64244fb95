/** What the last argument of a method can say of that one call. */

/** For every method. */
export interface RequestOptions {
  /** Ends the call, which rejects with the signal's reason. What it asked for may have been carried out. */
  signal?: AbortSignal | undefined;
  /**
   * How long the call may take, in ms, its retries included, in place of the client's `timeout`; then it rejects with
   * a `NettuTimeoutError`.
   */
  timeout?: number | undefined;
  /** How many times it is tried again where that is safe and may help, in place of the client's `retries`. */
  retries?: number | undefined;
}

/** For methods that read one resource. */
export interface ReadOptions<T> extends RequestOptions {
  /**
   * An earlier answer, or its `data` and `etag`. While nothing has changed since, the service does not send it again:
   * the `status` is 304, and `data` is that of the earlier answer.
   */
  ifNoneMatch?: { data?: T | undefined; etag?: string | undefined } | undefined;
}

/** For methods that change or delete. */
export interface ChangeOptions extends RequestOptions {
  /**
   * The `etag` of the answer that the change is made from. If the resource has changed since, it stays as it is, and
   * this is `precondition-failed` (412). `*` means that it exists.
   */
  ifMatch?: string | undefined;
}

/** For methods that create. */
export interface CreateOptions extends RequestOptions {
  /**
   * Names this creation, with 1 … 255 printable ASCII characters: for 24 hours the same request under the same key
   * creates nothing more, and gets the first answer again. By default each call has a new one, for all of its tries.
   */
  idempotencyKey?: string | undefined;
}
