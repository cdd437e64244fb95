/** The code samples of an operation: the same request with the SDK and with curl, for each caller that the path takes. */
import type { OperationDocs } from '../operation-docs.ts';
import type { Door, Route } from '../route.ts';
import { type Example, sampleParams } from './examples.ts';
import { ACCOUNT_ID, SERVER } from './server.ts';

export interface CodeSample {
  lang: 'TypeScript' | 'Shell';
  label: string;
  source: string;
}

interface Caller {
  label: string;
  headers: readonly string[];
  client: 'NettuClient' | 'NettuUserClient';
  /** The options of the client, beside the address. */
  options: readonly string[];
}

const byId = { headers: [`'nettu-account: ${ACCOUNT_ID}'`], options: [`nettuAccount: '${ACCOUNT_ID}'`] };
const key: Caller = {
  label: 'API key',
  headers: ['"x-api-key: $NETTU_API_KEY"'],
  client: 'NettuClient',
  options: ['apiKey: process.env.NETTU_API_KEY'],
};
const token: Caller = {
  label: 'token',
  headers: [...byId.headers, '"authorization: Bearer $TOKEN"'],
  client: 'NettuUserClient',
  options: ['token', ...byId.options],
};
const anonymous: Caller = { label: 'anonymous', client: 'NettuClient', ...byId };
const nobody: Caller = { label: '', headers: [], client: 'NettuClient', options: [] };

const callers: Readonly<Record<Door, readonly Caller[]>> = {
  admin: [key],
  user: [token],
  both: [token, key],
  anyone: [token, key, anonymous],
  public: [nobody],
  feed: [nobody],
};

/** The samples for one path of a route. */
export function samplesOf(route: Route, door: Door, docs: OperationDocs, example: Example): CodeSample[] {
  return callers[door].flatMap((caller) => [
    { lang: 'TypeScript', label: named('SDK', caller), source: sdkSample(route, caller, docs, example) },
    { lang: 'Shell', label: named('curl', caller), source: curlSample(route, door, caller, example) },
  ]);
}

const named = (tool: string, { label }: Caller): string => (label ? `${tool}, ${label}` : tool);

function sdkSample({ owner, user }: Route, caller: Caller, docs: OperationDocs, example: Example): string {
  const byUser = caller === token;
  // A token names the owner, so a call of the user's client does not.
  const shared = byUser && owner && user ? docs.sdk.replace(/\(userId(, )?/, '(') : docs.sdk;
  const call = `client.${filled(byUser ? (docs.userSdk ?? shared) : shared, example)}`;
  const { client, options } = caller;
  const lines = docs.lines
    ? [`for await (const line of ${call}) console.log(line);`]
    : [`const ${receiver(example.answer)} = await unwrap(${call});`];
  return [
    `import { ${[client, ...(docs.lines ? [] : ['unwrap'])].join(', ')} } from '@nettu/scheduler-sdk';`,
    '',
    `const client = ${client}({`,
    ...[`baseUrl: '${SERVER}'`, ...options].map((option) => `  ${option},`),
    '});',
    ...lines,
  ].join('\n');
}

/** The members of the answer by name, where they are few. */
function receiver(answer: unknown): string {
  const names = Object.keys(answer ?? {});
  return names.length < 4 ? `{ ${names.join(', ')} }` : 'answer';
}

/** Replaces the names of parameters, of `query` and of `body` in the arguments of a call by their values. */
function filled(call: string, { params, query, body }: Example): string {
  const values: Record<string, unknown> = { ...sampleParams, ...params, query: queryValues(query), body };
  const [, method = '', args = ''] = /^([\w.]+)\((.*)\)$/.exec(call) ?? [];
  const used = args.replace(
    /\.{3}body|\b(\w+)(?:\.(\w+))?(?!\w*:)\b/g,
    (word, name: string, member?: string) => {
      if (word === '...body') return literal(body).replace(/^\{\s*|\s*\}$/g, '');
      if (!(name in values)) throw new Error(`${call}: nothing is named ${name}`);
      const value = values[name];
      return literal(member ? (value as Record<string, unknown>)[member] : value);
    },
  );
  return `${method}(${used})`;
}

const LISTS = ['calendarIds', 'hostUserIds'];

function queryValues(query: string): Record<string, unknown> {
  return Object.fromEntries(
    [...new URLSearchParams(query)].map(([name, value]) => [
      name,
      LISTS.includes(name) ? value.split(',') : /^-?\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}

const LINE_MAX_CHARS = 70;

/** JSON as a person writes it in TypeScript. */
function literal(value: unknown): string {
  const lines = JSON.stringify(value, null, 2)
    .replace(/^(\s*)"([a-z]\w*)":/gim, '$1$2:')
    .replace(/"((?:[^"\\]|\\.)*)"/g, (text, plain) => (/['\\]/.test(plain) ? text : `'${plain}'`));
  const line = lines.replace(/\n\s*/g, ' ');
  return line.length <= LINE_MAX_CHARS ? line : lines;
}

function curlSample(route: Route, door: Door, { headers }: Caller, { params, query, body }: Example): string {
  const path = (route[door] ?? '').replace(
    /:(\w+)/g,
    (_, name) => params[name] ?? sampleParams[name] ?? name,
  );
  const method = route.method === 'GET' ? '' : `-X ${route.method} `;
  const isText = typeof body === 'string';
  const sent = body === undefined ? [] : [`'content-type: ${isText ? 'text/calendar' : 'application/json'}'`];
  return [
    `curl ${method}'${SERVER}${path}${query && `?${query}`}'`,
    ...[...headers, ...sent].map((header) => `-H ${header}`),
    ...(body === undefined ? [] : [`${isText ? '--data-binary' : '-d'} '${quoted(body)}'`]),
  ].join(' \\\n  ');
}

/** A body in a shell's single quotes. */
const quoted = (body: unknown): string =>
  (typeof body === 'string' ? body.replaceAll('\r', '') : JSON.stringify(body)).replaceAll("'", "'\\''");
