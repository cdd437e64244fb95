/**
 * The base URL of the service, for every client without a `baseUrl` of its own. A client reads it for each request, so you
 * can set it before or after you create the client. It may end in a slash.
 */
export const config = { baseUrl: 'http://localhost:5000/api/v1' };
