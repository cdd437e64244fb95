/** What goes back to the client, and the headers that every answer has. */

/** The media type of JSON Lines. */
export const LINES = 'application/jsonl';

/** An answer before it is a Response. */
export interface Reply {
  status: number;
  /** Sent as JSON; absent: the answer has none. */
  body?: unknown;
  /** Sent as JSON Lines, in the place of a body. */
  lines?: ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
}

/**
 * Any origin may call: the identity is in headers that a page sets itself, never in cookies. So the wildcard is
 * right, and it keeps answers the same for every origin (Fetch standard, "HTTP-CORS protocol").
 */
const everyAnswer = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'allow, etag, idempotency-replayed, nettu-bookmark, retry-after, www-authenticate, x-request-id',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
};

/** The wildcard does not cover `authorization`; it is there for headers that a page's own tooling adds. */
const preflightOnly = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, if-match, if-none-match, nettu-account, nettu-bookmark, x-api-key, *',
  'access-control-max-age': '86400',
};

/** @param id of the request: it stands in the log, too. */
export function preflight(id: string): Response {
  return new Response(null, {
    status: 204,
    headers: { ...everyAnswer, ...preflightOnly, 'x-request-id': id },
  });
}

/** @param id of the request. */
export function respond({ status, body, lines, headers }: Reply, id: string): Response {
  return new Response(lines ?? (body === undefined ? null : JSON.stringify(body)), {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(lines && { 'content-type': LINES }),
      ...everyAnswer,
      ...headers,
      'x-request-id': id,
    },
  });
}
