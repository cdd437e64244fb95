/** The clients of an account and of a user, as an app creates them. */
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import {
  type Answer,
  NettuClient,
  NettuUserClient,
  type SchedulerClaims,
  type Token,
} from '../../../src/sdk/index.ts';
import { CODE } from './service.ts';

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

export const newKeyPair = (): KeyPair =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

/** The key pair of all accounts of a test file, since it takes long to generate one. */
export const pair = newKeyPair();

/** The data of an answer; throws its problem otherwise. */
export function dataOf<T>({ data, error }: Answer<T>): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** The status of an answer, with the code of its problem: `200`, or `401 key-revoked`. */
export const outcome = ({ status, error }: Answer<unknown>): string =>
  error ? `${status} ${error.code}` : String(status);

export const sign = (userId: string, claims: Partial<SchedulerClaims> = {}, { privateKey } = pair): string =>
  jwt.sign(
    {
      nettuSchedulerUserId: userId,
      exp: Math.floor(Date.now() / 1000) + 3600,
      schedulerPolicy: { allow: ['*'] },
      ...claims,
    } satisfies SchedulerClaims,
    privateKey,
    { algorithm: 'RS256' },
  );

/**
 * A `fetch` with a new connection for each request. workerd closes a connection that is idle for some seconds, and on a busy
 * machine Node may reuse it before it notices.
 */
export function freshSocket(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  return fetch(url, { ...init, headers });
}

export const serverAt = (baseUrl: string, apiKey?: string): NettuClient =>
  NettuClient({ apiKey, baseUrl, fetch: freshSocket });

export const browserAt = (baseUrl: string, nettuAccount: string, token: Token): NettuUserClient =>
  NettuUserClient({ token, nettuAccount, baseUrl, fetch: freshSocket });

export interface Actors {
  accountId: string;
  apiKey: string;
  accountClient: NettuClient;
  userId: string;
  token: string;
  userClient: NettuUserClient;
}

/** Creates an account with the signing key `pair`, in a region if given, and a user. */
export async function newActors(baseUrl: string, region?: string): Promise<Actors> {
  const created = await serverAt(baseUrl).account.create({ code: CODE, region });
  const { account, secretApiKey: apiKey } = dataOf(created);
  const accountClient = serverAt(baseUrl, apiKey);
  dataOf(await accountClient.account.setPublicSigningKey(pair.publicKey));
  const userId = dataOf(await accountClient.user.create()).user.id;
  const token = sign(userId);
  const userClient = browserAt(baseUrl, account.id, token);
  return { accountId: account.id, apiKey, accountClient, userId, token, userClient };
}
