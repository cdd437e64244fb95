/** A client over HTTP that keeps its connections, and takes little CPU of its own. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Wire {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Under `/api/v1`. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

export interface Answer {
  /** The HTTP status; 0 where the connection failed. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export type Send = (wire: Wire) => Promise<Answer>;

/** @param url the root of the Worker. */
export function newClient(url: URL): Send {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 1000 });
  return async function send(wire: Wire): Promise<Answer> {
    const { answer, wasClosed } = await once(agent, new URL(`/api/v1${wire.path}`, url), wire);
    return wasClosed ? send(wire) : answer;
  };
}

/** One try. workerd closes a connection that is idle for five seconds, maybe just as a request is on its way. */
function once(
  agent: Agent,
  url: URL,
  { method, headers, body }: Wire,
): Promise<{ answer: Answer; wasClosed: boolean }> {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const more = text !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    };
    let answered = false;
    const sent = request(url, { agent, method, headers: { ...headers, ...more } }, (response) => {
      answered = true;
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        received += chunk;
      });
      response.on('end', () => {
        const answer = { status: response.statusCode ?? 0, headers: response.headers, text: received };
        resolve({ answer, wasClosed: false });
      });
      response.on('error', failed);
    });
    function failed(error: Error): void {
      const answer = { status: 0, headers: {}, text: String(error) };
      resolve({ answer, wasClosed: sent.reusedSocket && !answered });
    }
    sent.on('error', failed);
    sent.end(text);
  });
}
