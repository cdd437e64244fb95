/** A request to the scheduler as it is shown: what it was in the SDK's words and in curl's, what came back, and when. */
import { sdkCall } from './sdk-call.ts';

export interface RecordedRequest {
  /** Who asked: the page, or "your backend". */
  from: 'browser' | 'backend';
  method: string;
  /** Below the base URL, with the query. */
  path: string;
  /** How one writes it with the SDK. */
  code: string;
  curl: string;
  /** 0: there was no answer. */
  status: number;
  answer: string;
  /** ms */
  took: number;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A `fetch` for the SDK that tells of each request once it is answered. Secrets stay behind: `$TOKEN`, `$API_KEY`. */
export function recording(
  real: Fetch,
  from: RecordedRequest['from'],
  baseUrl: string,
  tell: (request: RecordedRequest) => void,
): Fetch {
  return async (url, init) => {
    const started = performance.now();
    const { method = 'GET' } = init;
    const path = url.slice(baseUrl.length);
    const body = typeof init.body === 'string' ? init.body : undefined;
    const request = { from, method, path, code: sdkCall(method, path, body), curl: curl(url, init, body) };
    const took = () => Math.round(performance.now() - started);
    try {
      const response = await real(url, init);
      const answer = pretty(await response.clone().text());
      tell({ ...request, status: response.status, answer, took: took() });
      return response;
    } catch (error) {
      tell({ ...request, status: 0, answer: String(error), took: took() });
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
  if (body) lines.push(`-d '${withoutSecrets(body).replaceAll("'", `'\\''`)}'`);
  return lines.join(' \\\n  ');
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export const withoutSecrets = (text: string): string => text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '$TOKEN');
