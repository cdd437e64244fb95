/**
 * Where the service is, for every client that was not given a `baseUrl` of its own. It is read at each request, so
 * that it can be set before or after a client is made. A slash at its end makes no difference.
 */
export const config = { baseUrl: 'http://localhost:5000/api/v1' };
