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
  return ({ method, path, headers, body }) =>
    new Promise((resolve) => {
      const failed = (error: Error) => resolve({ status: 0, headers: {}, text: String(error) });
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        new URL(`/api/v1${path}`, url),
        {
          agent,
          method,
          headers: {
            ...headers,
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': String(Buffer.byteLength(text)),
            }),
          },
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            answer += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer }),
          );
          response.on('error', failed);
        },
      );
      sent.on('error', failed);
      sent.end(text);
    });
}
