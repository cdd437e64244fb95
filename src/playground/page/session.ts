/** Who is at the page: what the backend says of it, and a client of the SDK for each user. */
import { NettuUserClient } from '@nettu/scheduler-sdk';
import type { Setup, TokenWish } from '../backend.ts';
import { type RecordedRequest, recording } from '../record.ts';
import type { Reply } from '../routes.ts';
import { log } from './request-log.ts';

export let setup: Setup;
const clients = new Map<string, NettuUserClient>();
const plainFetch = globalThis.fetch.bind(globalThis);

export async function startSession(): Promise<void> {
  setup = await ask<Setup>('setup');
  // The element is a stranger's code to the page: its requests are seen where every page's are.
  const recorded = recordingFetch('booking');
  globalThis.fetch = (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    return url.startsWith(setup.baseUrl) && init ? recorded(url, init) : plainFetch(input, init);
  };
}

/** Asks the backend, and shows in `panel` what the backend asked the Worker. */
export async function ask<T>(name: string, body: object = {}, panel?: string): Promise<T> {
  const response = await plainFetch(`/backend/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The backend answered ${response.status}: ${await response.text()}`);
  const { data, requests } = (await response.json()) as Reply<T>;
  if (panel) for (const request of requests) log(panel, request);
  return data;
}

export const tokenOf = (wish: TokenWish): Promise<string> => ask<string>('token', wish);

/** The user's client, whose requests are shown in `panel`. It gets another token once one is refused. */
export function clientOf(panel: string, userId: string): NettuUserClient {
  const key = `${panel} ${userId}`;
  const made =
    clients.get(key) ??
    NettuUserClient({
      baseUrl: setup.baseUrl,
      nettuAccount: setup.accountId,
      token: () => tokenOf({ userId }),
      fetch: recordingFetch(panel, ({ status }) => {
        if (status === 401) clients.delete(key);
      }),
    });
  clients.set(key, made);
  return made;
}

export const recordingFetch = (panel: string, then: (request: RecordedRequest) => void = () => {}) =>
  recording(plainFetch, 'browser', setup.baseUrl, (request) => {
    then(request);
    log(panel, request);
  });

export const hosts = () => setup.people.filter(({ calendarId }) => calendarId !== null);
export const visitor = () => setup.people.find(({ calendarId }) => calendarId === null)?.id ?? '';
