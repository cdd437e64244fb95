/**
 * A real HTTP server for webhooks to be delivered to: in Node, over TCP, with every way in which one can misbehave. A
 * path begins with the behaviour, and goes on with a name of the test's choice: `/ok/NAME`. `/received/NAME` tells what
 * has arrived under a name.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import type { Received } from '../../webhooks/received.ts';

const received = new Map<string, Received[]>();

/** What `/NAME` does with a request, and how often it was asked under this name. */
const behaviours: Record<
  string,
  (response: ServerResponse, times: number, request: IncomingMessage) => void
> = {
  ok: (response) => response.end('thank you'),
  accepted: (response) => response.writeHead(204).end(),
  down: (response) => response.writeHead(500).end('oh'),
  gone: (response) => response.writeHead(410).end(),
  /** Is out of order the first three times. */
  recovering: (response, times) => response.writeHead(times <= 3 ? 503 : 200).end(),
  /** Loses the first answer: the sender cannot know that it arrived. */
  lossy: (response, times, request) => (times === 1 ? request.socket.resetAndDestroy() : response.end()),
  hang: () => {},
  reset: (_, __, request) => request.socket.resetAndDestroy(),
  redirect: (response) => response.writeHead(307, { location: '/ok/redirected' }).end(),
  inward: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  slow: (response) => setTimeout(() => response.end(), 150),
  /** Sends bytes for as long as somebody takes them. */
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
    behaviours[behaviour]?.(response, all.length, request);
  });
  // A connection that is closed for idling, just as a request comes, would be a fault that no test asked for.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('receiver', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  project.provide('refusing', `http://127.0.0.1:${await unusedPort()}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** Nobody listens there. */
async function unusedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
