/** From an outcome to a reply, and from a reply to the Response with the headers that every answer has. */
import { TextDocument, WithEtag } from '../plan.ts';
import type { Route } from '../route.ts';
import { entityTag, isKnown } from './preconditions.ts';

/** The media type of JSON Lines. */
export const LINES = 'application/jsonl';

/** An answer before it becomes a Response. */
export interface Reply {
  status: number;
  /** The JSON body; absent where the answer has none. */
  body?: unknown;
  /** JSON Lines, or the text that the header `content-type` names, instead of a body. */
  lines?: ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
}

/** The reply of an operation's outcome: with an entity tag where it has a version, and 304 where the client has that version. */
export function replyOf(outcome: unknown, route: Route, { headers, method }: Request): Reply {
  const status = route.status ?? 200;
  if (outcome instanceof TextDocument) return textReply(outcome, route, headers, method);
  if (!(outcome instanceof WithEtag)) return { status, body: outcome };
  const { body, version, replayed } = outcome;
  const etag = entityTag(version);
  if (route.method === 'GET' && isKnown(headers, version)) return { status: 304, headers: { etag } };
  return { status, body, headers: { etag, ...(replayed && { 'idempotency-replayed': 'true' }) } };
}

/** A calendar app may keep a feed that long without asking again. */
const FEED_CACHED_SECONDS = 300;

/** The reply of a text: it goes out piece by piece, so that it never stands in memory whole. */
function textReply(
  { type, pieces, version, modifiedAt }: TextDocument,
  route: Route,
  sent: Headers,
  method: string,
): Reply {
  const headers = {
    etag: entityTag(version),
    'last-modified': new Date(modifiedAt).toUTCString(),
    ...(route.feed && { 'cache-control': `private, max-age=${FEED_CACHED_SECONDS}` }),
  };
  if (isKnown(sent, version)) return { status: 304, headers };
  const typed = { ...headers, 'content-type': type };
  return { status: 200, headers: typed, ...(method !== 'HEAD' && { lines: streamOf(pieces) }) };
}

/** The characters that a chunk of a text has at least. */
const CHUNK_CHARS = 16_384;

function streamOf(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  const iterator = pieces[Symbol.iterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        let text = '';
        while (text.length < CHUNK_CHARS) {
          const { done, value } = iterator.next();
          if (done) {
            if (text) controller.enqueue(utf8.encode(text));
            controller.close();
            return;
          }
          text += value;
        }
        controller.enqueue(utf8.encode(text));
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Any origin may call: the identity is in headers that a page sets itself, never in cookies. So the wildcard is right,
 * and answers stay the same for every origin (Fetch standard, "HTTP-CORS protocol").
 */
const everyAnswer = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'accept-encoding, allow, etag, idempotency-replayed, nettu-bookmark, nettu-ignored, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id',
  // A page may measure its calls (Resource Timing section 4.5).
  'timing-allow-origin': '*',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  // RFC 6797 section 7.2: a browser ignores it over plain HTTP.
  'strict-transport-security': 'max-age=31536000',
};

/**
 * No route takes PATCH, but a page sees the 405 that says so only if the preflight lists it. The wildcard does not cover
 * `authorization`; it is there for headers that a page's own tools add.
 */
const preflightOnly = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, if-match, if-none-match, nettu-account, nettu-bookmark, nettu-sdk, x-api-key, *',
  'access-control-max-age': '86400',
};

/** @param id the request's id, which the log has too. */
export function preflight(id: string): Response {
  return new Response(null, {
    status: 204,
    headers: { ...everyAnswer, ...preflightOnly, 'x-request-id': id },
  });
}

/** @param id the request's id, which the log has too. */
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
