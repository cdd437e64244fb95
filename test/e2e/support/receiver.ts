/**
 * A real HTTP server that receives webhook deliveries, and misbehaves in many ways. A path has a behaviour and a name that
 * the test chooses: `/ok/NAME`. `/received/NAME` returns the requests that arrived with the name.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import type { Received } from '../../webhooks/received.ts';

const received = new Map<string, Received[]>();

/** What the receiver does with a request; `times` is the number of requests with its name so far. */
const behaviours: Record<
  string,
  (response: ServerResponse, times: number, request: IncomingMessage, body?: string) => void
> = {
  ok: (response) => response.end('thank you'),
  accepted: (response) => response.writeHead(204).end(),
  down: (response) => response.writeHead(500).end('oh'),
  gone: (response) => response.writeHead(410).end(),
  later: (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
  dated: (response) =>
    response.writeHead(503, { 'retry-after': new Date(Date.now() + 7_200_000).toUTCString() }).end(),
  never: (response) => response.writeHead(503, { 'retry-after': '99999999' }).end(),
  unreadable: (response) => response.writeHead(503, { 'retry-after': 'soon' }).end(),
  past: (response) => response.writeHead(503, { 'retry-after': new Date(0).toUTCString() }).end(),
  /** `Retry-After` says nothing beside this status. */
  failing: (response) => response.writeHead(500, { 'retry-after': '3600' }).end(),
  /** Takes users, and no other type. */
  choosy: (response, _, __, body) => response.writeHead(/"user\./.test(body ?? '') ? 200 : 400).end(),
  unreached: (response) => response.writeHead(526).end(),
  /** Fails three times. */
  recovering: (response, times) => response.writeHead(times <= 3 ? 503 : 200).end(),
  /** Loses its first answer, so that the sender does not know that the delivery arrived. */
  lossy: (response, times, request) => (times === 1 ? request.socket.resetAndDestroy() : response.end()),
  hang: () => {},
  reset: (_, __, request) => request.socket.resetAndDestroy(),
  redirect: (response) => response.writeHead(307, { location: '/ok/redirected' }).end(),
  inward: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  slow: (response) => setTimeout(() => response.end(), 150),
  /** Sends bytes as long as the client reads. */
  endless: (response) => {
    response.writeHead(200, { 'content-length': String(2 * 1024 ** 3) });
    const chunk = Buffer.alloc(1 << 16);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  },
};

export default async function setup(project: TestProject) {
  const server = createServer(async (request, response) => {
    const [, behaviour = '', name = ''] = (request.url ?? '').split('/');
    if (behaviour === 'received') {
      response.end(JSON.stringify(received.get(name) ?? []));
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const all = received.get(name) ?? [];
    received.set(name, all);
    all.push({
      path: request.url ?? '',
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
      ),
      body,
      at: Date.now(),
    });
    behaviours[behaviour]?.(response, all.length, request, body);
  });
  // A long timeout, since the server must not close an idle connection just as a request arrives.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('receiver', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  project.provide('refusing', `http://127.0.0.1:${await unusedPort()}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** A port without a listener. */
async function unusedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
