/** Fetches the text of a subscription, and turns whatever the other side does into an outcome. It never throws. */
import { SUBSCRIPTION_MAX_BYTES, SUBSCRIPTION_REDIRECTS_MAX } from '../../limits.ts';
import { SECOND_MS } from '../../time/units.ts';
import { allowsPrivate, refusalOf } from '../../validation/address.ts';

/** What to fetch, and what is known of it from the fetch before. */
export interface FeedAddress {
  url: string;
  etag: string | null;
  last_modified: string | null;
}

export type FetchedFeed =
  | { outcome: 'text'; text: string; etag: string | null; lastModified: string | null }
  | { outcome: 'unchanged' }
  /** `error` says what is wrong and what to do. `hung`: the server took all the time that it had. */
  | { outcome: 'failed'; error: string; hung: boolean };

const REDIRECTS = [301, 302, 303, 307, 308];

const failed = (error: string, hung = false): FetchedFeed => ({ outcome: 'failed', error, hung });

/**
 * @param setting `ALLOW_PRIVATE_WEBHOOKS`: each address, also of a redirect, is held to the rules of webhooks.
 * @param timeoutMs for the whole answer, redirects included.
 */
export async function fetchFeed(
  { url, etag, last_modified }: FeedAddress,
  setting: string | undefined,
  timeoutMs: number,
): Promise<FetchedFeed> {
  const signal = AbortSignal.timeout(timeoutMs);
  const headers = {
    accept: 'text/calendar, */*;q=0.1',
    'user-agent': 'Nettu-Scheduler/1',
    ...(etag !== null && { 'if-none-match': etag }),
    ...(last_modified !== null && { 'if-modified-since': last_modified }),
  };
  let [target, redirects] = [url, 0];
  try {
    for (;;) {
      const refusal = refusalOf(target, allowsPrivate(target, setting));
      if (refusal) return failed(`The address${redirects > 0 ? ' that it redirects to' : ''} ${refusal}.`);
      const response = await fetch(target, { headers, redirect: 'manual', signal });
      const to = REDIRECTS.includes(response.status) ? response.headers.get('location') : null;
      if (to === null) return await read(response, signal);
      response.body?.cancel().catch(() => {});
      const next = to.replace(/^webcals?:/i, 'https:');
      if (!URL.canParse(next, target)) return failed('It redirects to what is no address.');
      if (redirects === SUBSCRIPTION_REDIRECTS_MAX)
        return failed(
          `It redirects more than ${SUBSCRIPTION_REDIRECTS_MAX} times. Set the address that it leads to in the end.`,
        );
      target = new URL(next, target).href;
      redirects += 1;
    }
  } catch (error) {
    if (signal.aborted)
      return failed(
        `There was no whole answer within ${timeoutMs / SECOND_MS} seconds. It is tried again.`,
        true,
      );
    return failed(
      /\b(dns|getaddrinfo|enotfound|name not resolved)\b/i.test(String(error))
        ? 'The name in the address is not known. Check the address.'
        : 'The connection failed. It is tried again.',
    );
  }
}

async function read(response: Response, signal: AbortSignal): Promise<FetchedFeed> {
  const { status, headers, body } = response;
  if (status === 304) return { outcome: 'unchanged' };
  if (status !== 200) {
    body?.cancel().catch(() => {});
    return failed(`It answered ${status}. ${adviceOf(status)}`);
  }
  const text = await textOf(body, signal);
  if (text === null)
    return failed(
      `It has more than ${SUBSCRIPTION_MAX_BYTES / 1024 ** 2} MiB. Have the app share fewer events.`,
    );
  return { outcome: 'text', text, etag: headers.get('etag'), lastModified: headers.get('last-modified') };
}

function adviceOf(status: number): string {
  if (status === 401 || status === 403)
    return 'Take an address that needs no login, such as the secret or public one of the app.';
  if (status === 404 || status === 410) return 'Check the address, or take a new one from the app.';
  return status >= 500 || status === 429 ? 'It is tried again.' : 'Check the address.';
}

/** The text of a body, which the runtime has decompressed; null where it is too long, and then the rest is not read. */
async function textOf(body: ReadableStream<Uint8Array> | null, signal: AbortSignal): Promise<string | null> {
  if (!body) return '';
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > SUBSCRIPTION_MAX_BYTES) {
      stop();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
