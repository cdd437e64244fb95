/** Builds paths and queries. Both functions encode every value. */

/**
 * A template tag that encodes each value as one segment of a path. Each value has its name: path`/user/${{ userId }}`.
 *
 * @throws {TypeError} with the name of a value that cannot be a segment. URLs resolve `.` and `..`, encoded or not, and an
 *   empty segment makes another path, so the request would reach another route.
 */
export function path(strings: TemplateStringsArray, ...values: Record<string, string>[]): string {
  return String.raw({ raw: strings }, ...values.flatMap(Object.entries).map(segment));
}

function segment([name, value]: [string, unknown]): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be an id, not ${typeof value}`);
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name} must be an id, not "${value}"`);
  return encodeURIComponent(value);
}

/**
 * The query string of the values that are not `undefined`; an empty string without any. (React Native before 0.80 has no
 * `URLSearchParams.prototype.set`.)
 */
export function query(values: Record<string, string | number | undefined>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return pairs.length ? `?${pairs.join('&')}` : '';
}
