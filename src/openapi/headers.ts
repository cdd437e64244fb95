/** The headers of requests and answers, except those that carry credentials. */

const header = (description: string, required = true) => ({
  description,
  ...(required && { required }),
  schema: { type: 'string' },
});

export const headers = {
  'x-request-id': header('The id of this request, which the log of the service has too.'),
  etag: header('A strong validator (RFC 9110 section 8.8.3). It changes with every change of the resource.'),
  'idempotency-replayed': header(
    '`true` where this replays the first answer to this `Idempotency-Key`.',
    false,
  ),
  'nettu-bookmark': header(
    'How far the database had come. Send it with the next request, and the answer is at least as recent, whichever replica gives it.',
    false,
  ),
  'www-authenticate': header(
    'The credentials that this path takes, and the error in those of the request (RFC 6750).',
  ),
  'retry-after': header('Wait this many seconds before you try again.'),
};

type HeaderName = keyof typeof headers;

/** The headers of an answer with this status. */
export function headersOf(status: number, more: readonly HeaderName[] = []) {
  const names: HeaderName[] = ['x-request-id', ...more];
  if (status === 401) names.push('www-authenticate');
  if (status === 429 || status === 503) names.push('retry-after');
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
    'The `etag` that you have. The answer is 304 while the resource is still the same.',
  ),
  ifMatch: parameter(
    'if-match',
    'The `etag` that you have. If the resource has another one by now, the answer is 412 and nothing changes. `*` only requires that the resource exists.',
  ),
  bookmark: parameter(
    'nettu-bookmark',
    'The bookmark of an earlier answer. This answer is at least as recent. An unknown bookmark has no effect.',
  ),
  idempotencyKey: parameter(
    'idempotency-key',
    'Makes a creation safe to retry: for 24 hours, the same key, caller and body replay the first answer. Use a new random key for each creation.',
    { minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
  ),
};

export const parameterRef = (name: keyof typeof parameters) => ({ $ref: `#/components/parameters/${name}` });
