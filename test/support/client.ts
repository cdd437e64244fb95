/** Sends requests to the Worker as an account, a user or an anonymous caller, inside workerd and on a real D1. */
import { env } from 'cloudflare:workers';
import { type JWTPayload, SignJWT } from 'jose';
import type { Env } from '../../src/env.ts';
import { handle } from '../../src/index.ts';
import type { Permission, Problem } from '../../src/sdk/types.ts';
import { expectDescribed } from './described.ts';

export { NOBODY } from './nobody.ts';

export const CODE = env.CREATE_ACCOUNT_SECRET_CODE;

export interface Call {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged. */
  raw?: BodyInit;
  /** The Worker's clock, in milliseconds. */
  now?: number;
  env?: Partial<Env>;
}

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any body that comes over the wire
  body: any;
  problem: Problem;
}

export async function call(method: string, path: string, options: Call = {}): Promise<Reply> {
  const { headers = {}, body, raw, now = Date.now() } = options;
  const request = new Request(`https://nettu.test/api/v1${path}`, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: raw ?? (body === undefined ? null : JSON.stringify(body)),
  });
  const response = await handle(request, { ...env, ...options.env } as Env, now);
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const lines = /^(application\/jsonl|text\/calendar)/.test(response.headers.get('content-type') ?? '');
  const parsed = text === '' ? null : lines ? text : JSON.parse(text);
  if (method !== 'OPTIONS') {
    expectDescribed({
      method,
      path,
      sent: body,
      status: response.status,
      headers: response.headers,
      body: parsed,
    });
  }
  return { status: response.status, headers: response.headers, body: parsed, problem: parsed };
}

/** An RSA key pair, and its public half in PEM. */
export interface Keys {
  pem: string;
  sign: (claims: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;
  pair: CryptoKeyPair;
}

export async function newKeys(modulusLength = 2048): Promise<Keys> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const spki = (await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer;
  return {
    pair,
    pem: pemOf('PUBLIC KEY', new Uint8Array(spki)),
    sign: (claims, header = {}) =>
      new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'RS256', ...header }).sign(pair.privateKey),
  };
}

export function pemOf(label: string, der: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...der)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** One pair for all accounts of a test file, because generating one is slow. */
export const keys = await newKeys();

export interface Account {
  deployed: Partial<Env>;
  id: string;
  apiKey: string;
  headers: { 'x-api-key': string };
  /** Sends a request with the account's API key. */
  call: (method: string, path: string, options?: Call) => Promise<Reply>;
  newUser: (metadata?: Record<string, string>) => Promise<User>;
}

export interface User {
  id: string;
  account: Account;
  /** A token for this user that allows everything; `claims` override its claims. */
  token: (claims?: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;
  headers: (token?: string) => Promise<Record<string, string>>;
  /** Sends a request as the user, with this token or with a token of these claims. */
  call: (
    method: string,
    path: string,
    options?: Call & { token?: string; claims?: object },
  ) => Promise<Reply>;
  newCalendar: (timezone?: string) => Promise<string>;
}

/**
 * A new account.
 *
 * @param pem its signing key, or null for none; `keys` by default.
 * @param options.env bindings and variables for all of the account's requests.
 */
export async function newAccount(
  pem: string | null = keys.pem,
  { region, env: deployed = {} }: { region?: string; env?: Partial<Env> } = {},
): Promise<Account> {
  const { body } = await call('POST', '/account', { body: { code: CODE, region }, env: deployed });
  const headers = { 'x-api-key': body.secretApiKey as string };
  const account: Account = {
    deployed,
    id: body.account.id,
    apiKey: body.secretApiKey,
    headers,
    call: (method, path, options = {}) =>
      call(method, path, {
        ...options,
        env: { ...deployed, ...options.env },
        headers: { ...headers, ...options.headers },
      }),
    newUser: async (metadata = {}) =>
      userOf(account, (await account.call('POST', '/user', { body: { metadata } })).body.user.id),
  };
  if (pem) await account.call('PUT', '/account/pubkey', { body: { publicJwtKey: pem } });
  return account;
}

/** A user of a new account. */
export const newUser = async (metadata: Record<string, string> = {}): Promise<User> =>
  (await newAccount()).newUser(metadata);

export function userOf(account: Account, id: string): User {
  const user: User = {
    id,
    account,
    token: (claims = {}, header) => {
      const now = Math.floor(Date.now() / 1000);
      const policy = { allow: ['*'] };
      return keys.sign(
        { nettuSchedulerUserId: id, exp: now + 3600, iat: now, schedulerPolicy: policy, ...claims },
        header,
      );
    },
    headers: async (token) => ({
      'nettu-account': account.id,
      authorization: `Bearer ${token ?? (await user.token())}`,
    }),
    call: async (method, path, { token, claims, ...options } = {}) =>
      call(method, path, {
        ...options,
        env: { ...account.deployed, ...options.env },
        headers: { ...(await user.headers(token ?? (await user.token({ ...claims })))), ...options.headers },
      }),
    newCalendar: async (timezone = 'UTC') =>
      (await user.call('POST', '/calendar', { body: { timezone } })).body.calendar.id,
  };
  return user;
}

/** The claims of a token policy. */
export const policy = (allow?: Permission[], reject?: Permission[]) => ({
  schedulerPolicy: { ...(allow && { allow }), ...(reject && { reject }) },
});

/** A D1 binding that counts its round trips: calls that wait for the database. */
export function counting(db: D1Database = env.DB): { db: D1Database; trips: () => number } {
  let trips = 0;
  const counted = new Set(['batch', 'exec', 'dump', 'first', 'run', 'all', 'raw']);
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (counted.has(String(name))) trips++;
          const result = value.apply(object, name === 'batch' ? [(args[0] as object[]).map(plain)] : args);
          return ['prepare', 'bind', 'withSession'].includes(String(name)) ? wrap(result) : result;
        };
      },
    });
  const originals = new WeakMap<object, object>();
  const wrap = (object: object) => {
    const proxy = watch(object);
    originals.set(proxy, object);
    return proxy;
  };
  const plain = (object: object) => originals.get(object) ?? object;
  return { db: watch(db), trips: () => trips };
}
