/** Records requests to the scheduler for the page: as SDK code and as curl, with the answer and the time. */
import { sdkCall, withoutSecrets } from './sdk-call.ts';

export interface RecordedRequest {
  /** The sender: the page, or "your backend". */
  from: 'browser' | 'backend';
  method: string;
  /** The path below the base URL, with the query. */
  path: string;
  /** The SDK call. */
  code: string;
  curl: string;
  /** The HTTP status; 0 without an answer. */
  status: number;
  answer: string;
  tookMs: number;
}

export type OnRequest = (request: RecordedRequest) => void;
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A `fetch` for the SDK that records each request. The record has `$TOKEN` and `$API_KEY` in place of the secrets. */
export function recording(
  fetch: Fetch,
  from: RecordedRequest['from'],
  baseUrl: string,
  onRequest: OnRequest,
): Fetch {
  return async (url, init) => {
    const startMs = performance.now();
    const { method = 'GET' } = init;
    const path = url.slice(baseUrl.length);
    const body = typeof init.body === 'string' ? init.body : undefined;
    const request = { from, method, path, code: sdkCall(method, path, body), curl: curl(url, init, body) };
    const tookMs = () => Math.round(performance.now() - startMs);
    try {
      const response = await fetch(url, init);
      const answer = withoutSecrets(pretty(await response.clone().text()));
      onRequest({ ...request, status: response.status, answer, tookMs: tookMs() });
      return response;
    } catch (error) {
      onRequest({ ...request, status: 0, answer: String(error), tookMs: tookMs() });
      throw error;
    }
  };
}

function curl(url: string, { method = 'GET', headers }: RequestInit, body?: string): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${url}'`];
  for (const [name, value] of new Headers(headers)) {
    if (name === 'authorization') lines.push('-H "authorization: Bearer $TOKEN"');
    else if (name === 'x-api-key') lines.push('-H "x-api-key: $API_KEY"');
    else lines.push(`-H '${name}: ${value}'`);
  }
  if (body && new Headers(headers).get('content-type') === 'text/calendar')
    lines.push('--data-binary @calendar.ics');
  else if (body) lines.push(`-d '${withoutSecrets(body).replaceAll("'", `'\\''`)}'`);
  return lines.join(' \\\n  ');
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
