/** A request without an answer, as errors. Their messages leave out the query, which may hold personal data. */

/**
 * A request that got no answer, or only part of one. Whether the service carried it out is not known.
 *
 * `cause` is what `fetch` threw; a timeout has none.
 */
export class NettuNetworkError extends Error {
  override readonly name: string = 'NettuNetworkError';

  constructor(
    request: string,
    options?: ErrorOptions,
    what = 'got no answer. Is the service up, is the base URL right (see config.baseUrl), and does this network let the request through?',
  ) {
    super(`${request} ${what}`, options);
  }
}

/** A request whose `timeout` came before its answer. */
export class NettuTimeoutError extends NettuNetworkError {
  override readonly name = 'NettuTimeoutError';

  constructor(request: string, timeout: number) {
    super(
      request,
      undefined,
      `got no answer within its timeout of ${timeout} ms. What it asked for may have been carried out all the same.`,
    );
  }
}
