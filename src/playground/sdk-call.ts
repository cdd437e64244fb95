/** A request as the line of code that makes it: the SDK's methods that the playground uses, by their requests. */
import { withoutSecrets } from './record.ts';

/** Method, path (`:` stands for a value), and the call with its values as $1, $2 …, its body as $B, its query as $Q. */
const calls: [method: string, path: string, call: string][] = [
  ['GET', '/me', 'client.user.me()'],
  ['POST', '/calendar', 'client.calendar.create($B)'],
  ['GET', '/calendar/:', 'client.calendar.findById($1)'],
  ['PUT', '/calendar/:', 'client.calendar.update($1, $B)'],
  ['DELETE', '/calendar/:', 'client.calendar.remove($1)'],
  ['GET', '/calendar/:/events', 'client.calendar.getEvents($1, $Q)'],
  ['POST', '/events', 'client.events.create($B)'],
  ['PUT', '/events/:', 'client.events.update($1, $B)'],
  ['DELETE', '/events/:', 'client.events.remove($1)'],
  ['POST', '/schedule', 'client.schedule.create($B)'],
  ['PUT', '/schedule/:', 'client.schedule.update($1, $B)'],
  ['DELETE', '/schedule/:', 'client.schedule.remove($1)'],
  ['GET', '/service/:/booking', 'client.service.getBookingslots($1, $Q)'],
  ['POST', '/service/:/booking', 'client.booking.create($1, $B)'],
  ['PUT', '/booking/:', 'client.booking.update($1, $B)'],
  ['DELETE', '/booking/:', 'client.booking.cancel($1)'],
  ['GET', '/account/keys', 'server.account.keys.list()'],
  ['POST', '/account/keys', 'server.account.keys.add($B)'],
  ['PUT', '/account/keys/:', 'server.account.keys.setState($1, $B)'],
  ['DELETE', '/account/keys/:', 'server.account.keys.remove($1)'],
  ['POST', '/account/keys/inspect', 'server.account.keys.inspect(token)'],
  ['PUT', '/user/:/tokens', 'server.user.revokeTokens($1, $N)'],
];

export function sdkCall(method: string, pathAndQuery: string, body?: string): string {
  const [path = '', query = ''] = pathAndQuery.split('?');
  for (const [verb, pattern, call] of calls) {
    const values = verb === method && new RegExp(`^${pattern.replaceAll(':', '([^/]+)')}$`).exec(path);
    if (!values || (pattern.endsWith('/:') && path.endsWith('/inspect'))) continue;
    const code = call
      .replace(/\$(\d)/g, (_, index) => `'${decodeURIComponent(values[Number(index)] ?? '')}'`)
      .replace('$B', () => literal(JSON.parse(body ?? '{}')))
      .replace('$N', () => literal((JSON.parse(body ?? '{}') as { notBefore?: unknown }).notBefore))
      .replace('$Q', () => literal(fromQuery(query)));
    return `await ${withoutSecrets(code)};`;
  }
  return `// ${method} ${pathAndQuery}`;
}

/** As it would be written in code: keys without quotes, strings in single ones. */
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
