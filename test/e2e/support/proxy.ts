/** Stands between a client and the Worker, and breaks connections off in the middle of an answer. */
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface Limit {
  bytes: number;
  /** Whether the connection ends there, or nothing more comes. */
  breaks: boolean;
}

export interface Proxy {
  baseUrl: string;
  /** The paths that were asked for, with their queries. */
  asked: string[];
  /** The next answers end after so many bytes, without a word; those after them are whole. */
  breakAfter: (...bytes: number[]) => void;
  /** The next answer goes on no further than so many bytes, and does not end either. */
  stallAfter: (bytes: number) => void;
  /** Resolves when the Worker's answer that is under way is closed, and says whether it had come to its end. */
  closed: () => Promise<'whole' | 'broken'>;
  stop: () => void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { origin, pathname } = new URL(target);
  const asked: string[] = [];
  let limits: Limit[] = [];
  let over = Promise.withResolvers<'whole' | 'broken'>();

  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    asked.push(url.slice(pathname.length));
    const limit = limits.shift();
    const closing = Promise.withResolvers<'whole' | 'broken'>();
    over = closing;
    const upstream = ask(new URL(url, origin), { method, headers, agent: false }, (answer) => {
      answer.on('close', () => closing.resolve(answer.complete ? 'whole' : 'broken'));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // It rejects where either side breaks off, and has closed the other by then.
      pipeline(answer, upTo(limit), response).catch(() => {});
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    asked,
    breakAfter(...bytes) {
      limits = bytes.map((bytes) => ({ bytes, breaks: true }));
    },
    stallAfter(bytes) {
      limits = [{ bytes, breaks: false }];
    },
    closed: () => over.promise,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function upTo(limit: Limit | undefined): Transform {
  let left = limit?.bytes ?? Number.POSITIVE_INFINITY;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (passed.length > 0) this.push(passed);
      if (passed.length === chunk.length) done();
      else if (limit?.breaks) done(new Error('broken off'));
    },
  });
}
