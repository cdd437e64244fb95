/** A proxy between a client and the Worker, which breaks or stalls connections in the middle of an answer. */
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface Limit {
  bytes: number;
  /** Whether the connection then breaks; otherwise it stalls. */
  breaks: boolean;
}

export interface Proxy {
  baseUrl: string;
  /** The paths and queries of all requests. */
  requested: string[];
  /** Breaks the next answers, each after a number of bytes. Later answers are complete. */
  breakAfter: (...bytes: number[]) => void;
  /** Stalls the next answer after a number of bytes. */
  stallAfter: (bytes: number) => void;
  /** Resolves when the connection of the latest answer closes, with whether the answer was complete. */
  closed: () => Promise<'complete' | 'broken'>;
  stop: () => void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { origin, pathname } = new URL(target);
  const requested: string[] = [];
  let limits: Limit[] = [];
  let latest = Promise.withResolvers<'complete' | 'broken'>();

  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requested.push(url.slice(pathname.length));
    const closing = Promise.withResolvers<'complete' | 'broken'>();
    latest = closing;
    const upstream = sendRequest(new URL(url, origin), { method, headers, agent: false }, (answer) => {
      answer.on('close', () => closing.resolve(answer.complete ? 'complete' : 'broken'));
      // A refusal is complete: an export that begins again too soon is 429, and succeeds a little later.
      const limit = answer.statusCode === 200 ? limits.shift() : undefined;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // It rejects when either side breaks, and closes the other side.
      pipeline(answer, upTo(limit), response).catch(() => {});
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    requested,
    breakAfter(...bytes) {
      limits = bytes.map((bytes) => ({ bytes, breaks: true }));
    },
    stallAfter(bytes) {
      limits = [{ bytes, breaks: false }];
    },
    closed: () => latest.promise,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function upTo(limit: Limit | undefined): Transform {
  let bytesLeft = limit?.bytes ?? Number.POSITIVE_INFINITY;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const passed = chunk.subarray(0, bytesLeft);
      bytesLeft -= passed.length;
      if (passed.length > 0) this.push(passed);
      if (passed.length === chunk.length) done();
      else if (limit?.breaks) done(new Error('connection broken'));
    },
  });
}
