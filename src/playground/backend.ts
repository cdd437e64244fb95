/**
 * "Your backend", as small as possible: it holds the API key and the private keys, knows its users, and signs their tokens.
 * A real backend has the users in its database, and gives a token only to the user who is signed in.
 */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NettuClient, type SchedulerClaims, unwrap } from '@nettu/scheduler-sdk';
import jwt from 'jsonwebtoken';
import { type OnRequest, recording } from './record.ts';
import { type Person, seed, ZONE } from './seed.ts';

/** The state of the backend. The page gets only the `Setup`. */
interface State {
  accountId: string;
  apiKey: string;
  /** PEMs by kid. */
  privateKeys: Record<string, string>;
  people: Person[];
  serviceId: string;
}

/** The part of the state that the page gets. */
export interface Setup {
  baseUrl: string;
  accountId: string;
  people: Person[];
  serviceId: string;
}

export interface TokenRequest {
  userId: string;
  /** Seconds from now; a negative number makes an expired token. */
  expiresIn?: number;
  /** The key that signs; by default the newest. */
  kid?: string;
  policy?: SchedulerClaims['schedulerPolicy'];
}

export interface BackendOptions {
  baseUrl: string;
  /** The code that `POST /account` requires. */
  code: string;
  /** The time zone of the hosts. */
  zone?: string | undefined;
  /** The file for the state; without one, the state ends with the process. */
  file?: string | undefined;
}

export class Backend {
  readonly #options: BackendOptions;
  readonly #state: State;

  private constructor(options: BackendOptions, state: State) {
    this.#options = options;
    this.#state = state;
  }

  /** Loads the backend's state, or creates a new account where the old one does not exist any more. */
  static async start(options: BackendOptions): Promise<Backend> {
    const { file, baseUrl } = options;
    if (file && existsSync(file)) {
      const state = JSON.parse(readFileSync(file, 'utf8')) as State;
      const { data } = await NettuClient({ baseUrl, apiKey: state.apiKey }).account.me();
      if (data) return new Backend(options, state);
    }
    const backend = new Backend(options, await newState(options));
    backend.#save();
    return backend;
  }

  get setup(): Setup {
    const { accountId, people, serviceId } = this.#state;
    return { baseUrl: this.#options.baseUrl, accountId, people, serviceId };
  }

  get apiKey(): string {
    return this.#state.apiKey;
  }

  /** A client with the API key, whose requests are recorded. */
  accountClient(onRequest: OnRequest = () => {}): NettuClient {
    const { baseUrl } = this.#options;
    return NettuClient({
      baseUrl,
      apiKey: this.apiKey,
      fetch: recording(fetch, 'backend', baseUrl, onRequest),
    });
  }

  /**
   * Signs a token.
   *
   * @throws Error for an unknown user, or an unknown key.
   */
  sign({
    userId,
    expiresIn = 15 * 60,
    kid = this.#newestKey(),
    policy = { allow: ['*'] },
  }: TokenRequest): string {
    if (!this.#state.people.some(({ id }) => id === userId))
      throw new Error(`The backend has no user ${userId}`);
    const privateKey = this.#state.privateKeys[kid];
    if (!privateKey) throw new Error(`The backend has no private key ${kid}`);
    const claims: SchedulerClaims = {
      nettuSchedulerUserId: userId,
      exp: Math.floor(Date.now() / 1000) + expiresIn,
      schedulerPolicy: policy,
    };
    return jwt.sign(claims, privateKey, { algorithm: 'RS256', keyid: kid });
  }

  /** Creates a key pair, uploads the public key, and signs new tokens with the private key. Returns the kid. */
  async addKey(onRequest: OnRequest): Promise<string> {
    const { publicKey, privateKey } = newKeyPair();
    const numbers = Object.keys(this.#state.privateKeys).map((kid) => Number(kid.split('-')[1]));
    const kid = `key-${Math.max(0, ...numbers) + 1}`;
    await unwrap(this.accountClient(onRequest).account.keys.add({ publicJwtKey: publicKey, kid }));
    this.#state.privateKeys[kid] = privateKey;
    this.#save();
    return kid;
  }

  #newestKey(): string {
    return Object.keys(this.#state.privateKeys).at(-1) ?? '';
  }

  #save(): void {
    const { file } = this.#options;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(this.#state, null, 2), { mode: 0o600 });
  }
}

/** Creates an account, uploads a first key, and seeds the account. */
async function newState({ baseUrl, code, zone = ZONE }: BackendOptions): Promise<State> {
  const { account, secretApiKey: apiKey } = await unwrap(NettuClient({ baseUrl }).account.create({ code }));
  const client = NettuClient({ baseUrl, apiKey });
  const { publicKey, privateKey } = newKeyPair();
  await unwrap(client.account.keys.add({ publicJwtKey: publicKey, kid: 'key-1' }));
  return {
    accountId: account.id,
    apiKey,
    privateKeys: { 'key-1': privateKey },
    ...(await seed(client, zone)),
  };
}

const newKeyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
