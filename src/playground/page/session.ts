/** The page's connection to the backend, and an SDK client for each user. */
import { NettuUserClient } from '@nettu/scheduler-sdk';
import type { Setup, TokenRequest } from '../backend.ts';
import { type OnRequest, recording } from '../record.ts';
import type { Reply } from '../routes.ts';
import { log } from './request-log.ts';

export let setup: Setup;
const clients = new Map<string, NettuUserClient>();
const plainFetch = globalThis.fetch.bind(globalThis);

export async function startSession(): Promise<void> {
  setup = await callBackend<Setup>('setup');
  // The element uses the global `fetch`, so the page records its requests there.
  const recorded = recordingFetch('booking');
  globalThis.fetch = (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    return url.startsWith(setup.baseUrl) && init ? recorded(url, init) : plainFetch(input, init);
  };
}

/** Runs an action of the backend, and logs the requests of the backend to the Worker in `panel`. */
export async function callBackend<T>(name: string, body: object = {}, panel?: string): Promise<T> {
  const response = await plainFetch(`/backend/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The backend returned ${response.status}: ${await response.text()}`);
  const { data, requests } = (await response.json()) as Reply<T>;
  if (panel) for (const request of requests) log(panel, request);
  return data;
}

export const tokenOf = (request: TokenRequest): Promise<string> => callBackend<string>('token', request);

/** The user's client, whose requests `panel` shows. After a refused token, the next call gets a new client. */
export function clientOf(panel: string, userId: string): NettuUserClient {
  const key = `${panel} ${userId}`;
  const client =
    clients.get(key) ??
    NettuUserClient({
      baseUrl: setup.baseUrl,
      nettuAccount: setup.accountId,
      token: () => tokenOf({ userId }),
      fetch: recordingFetch(panel, ({ status }) => {
        if (status === 401) clients.delete(key);
      }),
    });
  clients.set(key, client);
  return client;
}

/** A `fetch` whose requests `panel` shows; with `probe`, as those that test a token. */
export const recordingFetch = (panel: string, onRequest: OnRequest = () => {}, { probe = false } = {}) =>
  recording(plainFetch, 'browser', setup.baseUrl, (request) => {
    onRequest(request);
    log(panel, request, { probe });
  });

export const hosts = () => setup.people.filter(({ calendarId }) => calendarId !== null);
/** The id of the user who books. */
export const bookingUser = () => setup.people.find(({ calendarId }) => calendarId === null)?.id ?? '';
