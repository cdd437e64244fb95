/** The only two ways in which a value gets into a URL. Both encode it. */

/**
 * A template tag that encodes every value as one segment of a path. Each comes under its name: path`/user/${{ userId }}`.
 *
 * @throws {TypeError} which gives that name, for a value that cannot be a segment. URLs resolve `.` and `..`, however
 *   they are encoded, and an empty segment is another path: either way the request would reach a route that the caller
 *   did not mean.
 */
export function path(strings: TemplateStringsArray, ...values: Record<string, string>[]): string {
  return String.raw({ raw: strings }, ...values.flatMap(Object.entries).map(segment));
}

function segment([name, value]: [string, unknown]): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be an id, not ${typeof value}`);
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name} must be an id, not "${value}"`);
  return encodeURIComponent(value);
}

/** A query string of those values that are not `undefined`; without any, the empty text. */
export function query(values: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = String(search);
  return text && `?${text}`;
}
