/** The headers of requests and responses, except those that carry credentials. */

const header = (description: string, required = true) => ({
  description,
  ...(required && { required }),
  schema: { type: 'string' },
});

export const headers = {
  'x-request-id': header("The id of this request in the service's log."),
  etag: header(
    'The version of the resource: a strong validator (RFC 9110 section 8.8.3) that changes whenever the resource does.',
  ),
  'idempotency-replayed': header(
    '`true` if the service replays its first response to this `Idempotency-Key`.',
    false,
  ),
  'nettu-ignored': header(
    'The members of the body that the service does not know and ignored, such as `title, recurrence.wkst`: names that may be misspelled.',
    false,
  ),
  'nettu-bookmark': header(
    'The state of the database that the response reflects. Send it with your next request to get a response that is at least as recent, whichever replica serves it.',
    false,
  ),
  'www-authenticate': header(
    'The credentials that this path accepts, and the error in the credentials of the request (RFC 6750).',
  ),
  'ratelimit-policy': header(
    'The limits on writes that apply to this caller, such as `"user";q=100;w=10`: 100 in 10 seconds (draft-ietf-httpapi-ratelimit-headers).',
    false,
  ),
  ratelimit: header(
    'The limit that is used up, and in how many seconds it is not, such as `"user";r=0;t=10`.',
    false,
  ),
  'retry-after': header('The number of seconds to wait before you try again.'),
};

type HeaderName = keyof typeof headers;

/** The headers of a response with this status. */
export function headersOf(status: number, more: readonly HeaderName[] = []) {
  const names: HeaderName[] = ['x-request-id', ...more];
  if (status === 401) names.push('www-authenticate');
  if (status === 429 || status === 503) names.push('retry-after');
  if (status === 429) names.push('ratelimit', 'ratelimit-policy');
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const parameter = (name: string, description: string, schema: object = {}) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});

export const parameters = {
  ifNoneMatch: parameter(
    'if-none-match',
    'The `etag` of your copy. If the resource has not changed, the response is 304 without a body.',
  ),
  ifMatch: parameter(
    'if-match',
    'The `etag` of your copy. If the resource has changed since, the response is 412 and nothing changes. `*` only requires that the resource exists.',
  ),
  bookmark: parameter(
    'nettu-bookmark',
    'The `nettu-bookmark` of an earlier response. The new response is at least as recent. The service ignores an unknown bookmark.',
  ),
  idempotencyKey: parameter(
    'idempotency-key',
    'Makes it safe to retry the creation of a resource, or the roll of a secret: for 24 hours, a request with the same key, caller and body gets the first response again. Use a new random key for each of them.',
    { minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
  ),
};

export const parameterRef = (name: keyof typeof parameters) => ({ $ref: `#/components/parameters/${name}` });
