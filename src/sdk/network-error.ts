/**
 * A request that got no answer, or only part of one. Whether the service carried it out is not known.
 *
 * `cause` is what `fetch` threw. The message leaves out the query, which may hold personal data.
 */
export class NettuNetworkError extends Error {
  override readonly name = 'NettuNetworkError';

  constructor(request: string, cause: unknown) {
    super(
      `${request} got no answer. Is the service up, is the base URL right (see config.baseUrl), and does this network let the request through?`,
      { cause },
    );
  }
}
