/** An account's server and a user's browser, as the SDK's users write them. */
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

/** One for all accounts of a test file: making one takes long. */
export const pair = newKeyPair();

/** What was asked for; throws the problem where it was refused. */
export function dataOf<T>({ data, error }: Answer<T>): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** `200`, or the status with the code of the problem: `401 key-revoked`. */
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
 * Each request on a socket of its own. workerd closes one that was idle for some seconds, and on a busy machine Node
 * may use it once more before it learns of that.
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
  server: NettuClient;
  userId: string;
  token: string;
  browser: NettuUserClient;
}

/** A fresh account with `pair` as its key, in that region where there are several, and a user of it. */
export async function newActors(baseUrl: string, region?: string): Promise<Actors> {
  const made = await serverAt(baseUrl).account.create({ code: CODE, region });
  const { account, secretApiKey: apiKey } = dataOf(made);
  const server = serverAt(baseUrl, apiKey);
  dataOf(await server.account.setPublicSigningKey(pair.publicKey));
  const userId = dataOf(await server.user.create()).user.id;
  const token = sign(userId);
  const browser = browserAt(baseUrl, account.id, token);
  return { accountId: account.id, apiKey, server, userId, token, browser };
}
