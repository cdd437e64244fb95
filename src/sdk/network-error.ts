/** The errors of a request without an answer. Their messages leave out the query, which may contain personal data. */

/**
 * A request got no answer, or only a part of it. The service may have carried it out.
 *
 * `cause` is the error that `fetch` threw. A timeout has no cause.
 */
export class NettuNetworkError extends Error {
  override readonly name: string = 'NettuNetworkError';

  constructor(
    request: string,
    options?: ErrorOptions,
    failure = 'got no answer. Check that the service is up, the base URL (see config.baseUrl) and the network.',
  ) {
    super(`${request} ${failure}`, options);
  }
}

/** A request got no answer within its `timeout`. */
export class NettuTimeoutError extends NettuNetworkError {
  override readonly name = 'NettuTimeoutError';

  constructor(request: string, timeout: number) {
    super(
      request,
      undefined,
      `got no answer within its timeout of ${timeout} ms. The service may have carried it out.`,
    );
  }
}
