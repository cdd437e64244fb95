/** Turns a request into the SDK call that sends it, for the methods that the playground uses. */

/** Replaces tokens by `$TOKEN`, and the secret of a feed by `$SECRET`. */
export const withoutSecrets = (text: string): string =>
  text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '$TOKEN').replace(/(\/feed\/)[^/\s]+\.ics/g, '$1$SECRET.ics');

/** The calls by method and path. `:` is a value of the path, `$1` that value, `$B` the body, `$Q` the query,
 * `$F` its `from`, `$N` `notBefore`. */
const calls: [method: string, path: string, call: string][] = [
  ['GET', '/me', 'client.user.me()'],
  ['POST', '/calendar', 'client.calendar.create($B)'],
  ['GET', '/calendar/:', 'client.calendar.findById($1)'],
  ['PUT', '/calendar/:', 'client.calendar.update($1, $B)'],
  ['DELETE', '/calendar/:', 'client.calendar.remove($1)'],
  ['GET', '/calendar/:/events', 'client.calendar.getEvents($1, $Q)'],
  ['GET', '/calendar/:/feeds', 'client.calendar.feeds.list($1)'],
  ['POST', '/calendar/:/feeds', 'client.calendar.feeds.create($1, $B)'],
  ['DELETE', '/calendar/:/feeds/:', 'client.calendar.feeds.remove($1, $2)'],
  ['POST', '/calendar/:/import', 'client.calendar.import($1, text)'],
  ['POST', '/events', 'client.events.create($B)'],
  ['PUT', '/events/:', 'client.events.update($1, $B)'],
  ['DELETE?from', '/events/:', 'client.events.removeFrom($1, $F)'],
  ['DELETE', '/events/:', 'client.events.remove($1)'],
  ['PUT', '/events/:/instances/:', 'client.events.updateInstance($1, $2, $B)'],
  ['DELETE', '/events/:/instances/:', 'client.events.removeInstance($1, $2)'],
  ['POST', '/events/:/split', 'client.events.split($1, $B)'],
  ['POST', '/schedule', 'client.schedule.create($B)'],
  ['PUT', '/schedule/:', 'client.schedule.update($1, $B)'],
  ['DELETE', '/schedule/:', 'client.schedule.remove($1)'],
  ['GET', '/service/:/booking', 'client.service.getBookingslots($1, $Q)'],
  ['POST', '/service/:/booking', 'client.booking.create($1, $B)'],
  ['PUT', '/booking/:', 'client.booking.update($1, $B)'],
  ['DELETE', '/booking/:', 'client.booking.cancel($1)'],
  ['GET', '/account/keys', 'client.account.keys.list()'],
  ['POST', '/account/keys', 'client.account.keys.add($B)'],
  ['PUT', '/account/keys/:', 'client.account.keys.setState($1, $B)'],
  ['POST', '/account/keys/inspect', 'client.account.keys.inspect(token)'],
  ['PUT', '/user/:/tokens', 'client.user.revokeTokens($1, $N)'],
];

/** An original start is a number; an id and an original date are text. */
const idOrTime = (value: string): string => (/^\d+$/.test(value) ? value : `'${value}'`);

export function sdkCall(method: string, pathAndQuery: string, body?: string): string {
  const [path = '', query = ''] = pathAndQuery.split('?');
  for (const [verb, pattern, call] of calls) {
    const values =
      verb === method + (query.startsWith('from=') ? '?from' : '') &&
      new RegExp(`^${pattern.replaceAll(':', '([^/]+)')}$`).exec(path);
    if (!values || (pattern.endsWith('/:') && path.endsWith('/inspect'))) continue;
    const code = call
      .replace(/\$(\d)/g, (_, index) => idOrTime(decodeURIComponent(values[Number(index)] ?? '')))
      .replace('$F', () => idOrTime(decodeURIComponent(query.replace('from=', ''))))
      .replace('$B', () => literal(JSON.parse(body ?? '{}')))
      .replace('$N', () => literal((JSON.parse(body ?? '{}') as { notBefore?: unknown }).notBefore))
      .replace('$Q', () => literal(fromQuery(query)));
    return `await ${withoutSecrets(code)};`;
  }
  return `// ${method} ${pathAndQuery}`;
}

/** A value as code: keys without quotes, strings in single quotes. */
function literal(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:')
    .replace(
      /"((?:[^"\\]|\\.)*)"/g,
      (_, text: string) => `'${text.replaceAll("'", "\\'").replaceAll('\\"', '"')}'`,
    );
}

function fromQuery(query: string): Record<string, unknown> {
  const entries = [...new URLSearchParams(query)].map(([name, value]): [string, unknown] => [
    name,
    name === 'hostUserIds' ? value.split(',') : /^\d+$/.test(value) ? Number(value) : value,
  ]);
  return Object.fromEntries(entries);
}
