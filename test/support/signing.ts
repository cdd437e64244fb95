/** Shared by the tests of keys and tokens: key pairs, tokens signed with them, and the outcome of requests. */
import { type Account, type Keys, newKeys, type Reply, type User } from './client.ts';

/** Two key pairs besides `keys`, the one that a new account has. */
export const [second, third]: [Keys, Keys] = await Promise.all([newKeys(), newKeys()]);

/** A token for the user, signed with that pair, that allows everything; `claims` override its claims. */
export function tokenOf(
  pair: Keys,
  user: User,
  claims: Record<string, unknown> = {},
  header?: Record<string, unknown>,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return pair.sign(
    {
      nettuSchedulerUserId: user.id,
      exp: now + 3600,
      iat: now,
      schedulerPolicy: { allow: ['*'] },
      ...claims,
    },
    header,
  );
}

export async function addKey(account: Account, pair: Keys, body: object = {}): Promise<string> {
  const { body: answer } = await account.call('POST', '/account/keys', {
    body: { publicJwtKey: pair.pem, ...body },
  });
  return answer.key.kid;
}

export const setState = (account: Account, kid: string, state: string, retiresAt?: number): Promise<Reply> =>
  account.call('PUT', keyPath(kid), { body: { state, ...(retiresAt !== undefined && { retiresAt }) } });

export const keyPath = (kid: string): string => `/account/keys/${encodeURIComponent(kid)}`;

/** The kids of the account's keys, in list order. */
export async function kidsOf(account: Account): Promise<string[]> {
  const { body } = await account.call('GET', '/account/keys');
  return body.keys.map(({ kid }: { kid: string }) => kid);
}

/** The kid of the only key of a new account. */
export async function firstKid(account: Account): Promise<string> {
  const [kid = ''] = await kidsOf(account);
  return kid;
}

/** `200`, or the status and the problem's code: `401 key-revoked`. */
export const outcome = ({ status, problem }: Reply): string =>
  status < 400 ? String(status) : `${status} ${problem.code}`;

export const createCalendar = (user: User, token: string): Promise<Reply> =>
  user.call('POST', '/calendar', { token, body: { timezone: 'UTC' } });

/** The outcomes of a read and a write with this token. */
export async function readAndWrite(user: User, token: string, now?: number): Promise<[string, string]> {
  const options = { token, ...(now !== undefined && { now }) };
  const read = await user.call('GET', '/me', options);
  const write = await user.call('POST', '/calendar', { ...options, body: { timezone: 'UTC' } });
  return [outcome(read), outcome(write)];
}

/** A JWS part from JSON or from any text. */
export const part = (value: unknown): string =>
  btoa(
    String.fromCharCode(
      ...new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
    ),
  )
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
