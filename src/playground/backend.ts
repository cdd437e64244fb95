/**
 * "Your backend", as small as it can be: it holds the API key and the private keys, knows its users, and signs their
 * tokens. In real life the users are those of your database, and a token goes only to whoever is signed in.
 */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NettuClient, type SchedulerClaims, unwrap } from '@nettu/scheduler-sdk';
import jwt from 'jsonwebtoken';
import { type RecordedRequest, recording } from './record.ts';
import { furnish, type Person, ZONE } from './seed.ts';

/** What the backend remembers. Nothing of it but `Setup` ever leaves. */
interface Memory {
  accountId: string;
  apiKey: string;
  /** PEMs by kid. */
  privateKeys: Record<string, string>;
  people: Person[];
  serviceId: string;
}

/** What the page may know. */
export interface Setup {
  baseUrl: string;
  accountId: string;
  people: Person[];
  serviceId: string;
}

export interface TokenWish {
  userId: string;
  /** Seconds from now; below 0 it is over already. */
  expiresIn?: number;
  /** The key to sign with; by default the newest. */
  kid?: string;
  policy?: SchedulerClaims['schedulerPolicy'];
}

export interface BackendOptions {
  baseUrl: string;
  /** What opens `POST /account`. */
  code: string;
  /** In which the hosts live. */
  zone?: string | undefined;
  /** Where to remember all of it; without it nothing outlives the process. */
  file?: string | undefined;
}

export class Backend {
  readonly #options: BackendOptions;
  #memory: Memory;

  private constructor(options: BackendOptions, memory: Memory) {
    this.#options = options;
    this.#memory = memory;
  }

  /** The backend as it was, or a new one where its account is gone. */
  static async start(options: BackendOptions): Promise<Backend> {
    const { file, baseUrl } = options;
    if (file && existsSync(file)) {
      const memory = JSON.parse(readFileSync(file, 'utf8')) as Memory;
      const { data } = await NettuClient({ baseUrl, apiKey: memory.apiKey }).account.me();
      if (data) return new Backend(options, memory);
    }
    const backend = new Backend(options, await open(options));
    backend.#remember();
    return backend;
  }

  /** Forgets the account, and opens another. */
  async restartOnPrimary(): Promise<Setup> {
    this.#memory = await open(this.#options);
    this.#remember();
    return this.setup;
  }

  get setup(): Setup {
    const { accountId, people, serviceId } = this.#memory;
    return { baseUrl: this.#options.baseUrl, accountId, people, serviceId };
  }

  get apiKey(): string {
    return this.#memory.apiKey;
  }

  /** With the API key. */
  server(tell: (request: RecordedRequest) => void = () => {}): NettuClient {
    const { baseUrl } = this.#options;
    return NettuClient({ baseUrl, apiKey: this.apiKey, fetch: recording(fetch, 'backend', baseUrl, tell) });
  }

  /** @throws Error for somebody who is no user of ours. */
  sign({
    userId,
    expiresIn = 15 * 60,
    kid = this.#newestKey(),
    policy = { allow: ['*'] },
  }: TokenWish): string {
    if (!this.#memory.people.some(({ id }) => id === userId))
      throw new Error('Nobody of that id is signed in');
    const privateKey = this.#memory.privateKeys[kid];
    if (!privateKey) throw new Error('There is no such key');
    const claims: SchedulerClaims = {
      nettuSchedulerUserId: userId,
      exp: Math.floor(Date.now() / 1000) + expiresIn,
      schedulerPolicy: policy,
    };
    return jwt.sign(claims, privateKey, { algorithm: 'RS256', keyid: kid });
  }

  /** Makes a key pair, uploads its public half, and signs with it from now on. */
  async addKey(tell: (request: RecordedRequest) => void): Promise<string> {
    const { publicKey, privateKey } = newKeyPair();
    const numbers = Object.keys(this.#memory.privateKeys).map((kid) => Number(kid.split('-')[1]));
    const kid = `key-${Math.max(0, ...numbers) + 1}`;
    await unwrap(this.server(tell).account.keys.add({ publicJwtKey: publicKey, kid }));
    this.#memory.privateKeys[kid] = privateKey;
    this.#remember();
    return kid;
  }

  #newestKey(): string {
    return Object.keys(this.#memory.privateKeys).at(-1) ?? '';
  }

  #remember(): void {
    const { file } = this.#options;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(this.#memory, null, 2), { mode: 0o600 });
  }
}

/** Opens an account, uploads a first key, and furnishes it. */
async function open({ baseUrl, code, zone = ZONE }: BackendOptions): Promise<Memory> {
  const { account, secretApiKey: apiKey } = await unwrap(NettuClient({ baseUrl }).account.create({ code }));
  const server = NettuClient({ baseUrl, apiKey });
  const { publicKey, privateKey } = newKeyPair();
  await unwrap(server.account.keys.add({ publicJwtKey: publicKey, kid: 'key-1' }));
  return {
    accountId: account.id,
    apiKey,
    privateKeys: { 'key-1': privateKey },
    ...(await furnish(server, zone)),
  };
}

const newKeyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
