/** The only two ways in which a value gets into a URL. Both encode it. */

/**
 * A template tag that encodes every value as one segment of a path.
 *
 * @throws {TypeError} for a value that cannot be a segment. URLs resolve `.` and `..`, however they are encoded, and
 *   an empty segment is another path: either way the request would reach a route that the caller did not mean.
 */
export function path(strings: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: strings }, ...values.map(segment));
}

function segment(value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`"${value}" is not an id`);
  return encodeURIComponent(value);
}

/** A query string of those values that are not `undefined`. */
export function query(values: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return `?${search}`;
}
