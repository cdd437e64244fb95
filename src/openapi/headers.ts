/** The headers that requests may bring and answers have, beyond those that carry credentials. */

const header = (description: string, required = true) => ({
  description,
  ...(required && { required }),
  schema: { type: 'string' },
});

export const headers = {
  'x-request-id': header('Names this request, here and in the log of the service.'),
  etag: header(
    'A strong validator of the resource (RFC 9110 section 8.8.3): it changes with every change of it.',
  ),
  'idempotency-replayed': header(
    '`true` where this is the first answer to this `Idempotency-Key` once more.',
    false,
  ),
  'nettu-bookmark': header(
    'How far the database had come. Sent with the next request, its answer is of no earlier time, whichever copy of the database gives it.',
    false,
  ),
  'www-authenticate': header(
    'Which credentials this path takes, and what is wrong with those that were sent (RFC 6750).',
  ),
  'retry-after': header('Seconds.'),
};

type HeaderName = keyof typeof headers;

/** Those that an answer of this status has. */
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
  ifNoneMatch: parameter('if-none-match', 'The `etag` of what you have: 304 while it is still that.'),
  ifMatch: parameter(
    'if-match',
    'The `etag` of what you have seen: 412, and no change, if it is another by now; `*`: it exists.',
  ),
  bookmark: parameter(
    'nettu-bookmark',
    'Of an earlier answer: this one is of no earlier time. One that is not of this service does no harm.',
  ),
  idempotencyKey: parameter(
    'idempotency-key',
    'The same key, caller and body get the first answer again for 24 hours, so that a lost answer can be asked for once more.',
    { minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
  ),
};

export const parameterRef = (name: keyof typeof parameters) => ({ $ref: `#/components/parameters/${name}` });
