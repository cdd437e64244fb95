/**
 * The playground: a page, and "your backend" behind it. It accepts only requests from this machine, and has another origin
 * than the Worker, as a real app has.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Backend, type BackendOptions, type Setup } from './backend.ts';
import { Notifications } from './notifications.ts';
import { files } from './pages.ts';
import type { OnRequest, RecordedRequest } from './record.ts';
import { actions } from './routes.ts';

export interface Playground {
  url: string;
  backend: Backend;
  stop(): void;
}

const JSON_TYPE = 'application/json';

/** A server that listens on this machine, and its origin. */
export interface Listening {
  server: Server;
  url: string;
}

/**
 * Starts the playground on a server of `listen`.
 *
 * @throws NettuProblem or NettuNetworkError when it cannot create an account.
 */
export async function startPlayground(
  { server, url }: Listening,
  options: BackendOptions,
): Promise<Playground> {
  const [backend, pages] = await Promise.all([Backend.start(options), files()]);
  server.on('request', (request, response) => {
    void answer(request, response).catch((error: unknown) =>
      reply(response, 500, JSON_TYPE, JSON.stringify({ error: String(error) })),
    );
  });
  const notifications = new Notifications(backend, `${url}/webhook`);
  await notifications.connect();
  const backendActions = actions(backend, notifications);
  const { origin } = new URL(options.baseUrl);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    // Another host name that resolves to this machine belongs to a site that tries to read our answers (DNS rebinding).
    if (headers.host !== new URL(url).host) return reply(response, 403, 'text/plain', `Open ${url}`);
    const { pathname } = new URL(request.url ?? '/', url);
    if (method === 'POST' && pathname === '/webhook') {
      await notifications.receive(headers, await bodyOf(request));
      return reply(response, 204);
    }
    if (method === 'GET' && pathname === '/notifications') return notifications.stream(response);
    const name = pathname.replace('/backend/', '');
    if (method === 'POST' && Object.hasOwn(backendActions, name)) {
      // A page of another site must send a preflight before this content type, and this server answers none.
      if (headers['content-type'] !== JSON_TYPE) return reply(response, 415);
      const requests: RecordedRequest[] = [];
      const action = backendActions[name as keyof typeof backendActions] as (
        body: unknown,
        onRequest: OnRequest,
      ) => Promise<unknown>;
      const data = await action(JSON.parse(await bodyOf(request)), (recorded) => requests.push(recorded))
        // The page shows a refused request among the requests.
        .catch((error: unknown) => (requests.length ? null : Promise.reject(error)));
      return reply(response, 200, JSON_TYPE, JSON.stringify({ data, requests }));
    }
    const file = method === 'GET' ? pages.get(pathname) : undefined;
    if (!file) return reply(response, 404, 'text/plain', `There is no such page. Open ${url}`);
    response.setHeader('content-security-policy', policy(origin));
    const { content } = file;
    reply(response, 200, file.type, typeof content === 'string' ? filled(content, backend.setup) : content);
  }

  return {
    url,
    backend,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The page loads files only from here, and sends requests only here and to the Worker. FullCalendar adds inline styles. */
const policy = (worker: string) =>
  `default-src 'self'; connect-src 'self' ${worker}; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:`;

/** Replaces placeholders such as `{accountId}` in a page. */
const filled = (page: string, { baseUrl, accountId, serviceId }: Setup): string =>
  page
    .replaceAll('{baseUrl}', baseUrl)
    .replaceAll('{accountId}', accountId)
    .replaceAll('{serviceId}', serviceId);

/** Listens on `port` of this machine, or on any free port where another program uses that one. */
export async function listen(port: number): Promise<Listening> {
  const server = createServer();
  try {
    server.listen(port, 'localhost');
    await once(server, 'listening');
    return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
    return listen(0);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

function reply(response: ServerResponse, status: number, type?: string, content?: string | Uint8Array): void {
  if (type) response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status).end(content);
}
