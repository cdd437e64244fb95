/** The options of a single call, the last argument of every method. */

/** The options of every method. */
export interface RequestOptions {
  /** Ends the call when aborted. The call rejects with the signal's reason; the service may have carried it out. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the whole call, retries included; overrides the client's `timeout`. After it, the call rejects with a
   * `NettuTimeoutError`.
   */
  timeout?: number | undefined;
  /** How often to retry where that is safe; overrides the client's `retries`. */
  retries?: number | undefined;
  /** Headers of this call, over those of the client. The client's own, such as its credentials, win. */
  headers?: Record<string, string> | undefined;
}

/** The options of methods that read one resource. */
export interface ReadOptions<T> extends RequestOptions {
  /**
   * An earlier answer, or its `data` and `etag`. If the resource has not changed since, the service does not send it again:
   * `status` is 304, and `data` is that of the earlier answer.
   */
  ifNoneMatch?: { data?: T | undefined; etag?: string | undefined } | undefined;
}

/** The options of methods that update or delete. */
export interface ChangeOptions extends RequestOptions {
  /**
   * The `etag` of the answer that the change is based on. If the resource has changed since, the service changes nothing
   * and returns `precondition-failed` (412). `*` requires only that the resource exists.
   */
  ifMatch?: string | undefined;
}

/** The options of methods that create. */
export interface CreateOptions extends RequestOptions {
  /**
   * A name for this creation, 1 … 255 printable ASCII characters. For 24 hours, the same request with the same key creates
   * nothing more and returns the first answer. By default each call has a new key, and its retries have the same one.
   */
  idempotencyKey?: string | undefined;
}
