/**
 * The playground: a page, and "your backend" behind it. It listens on this machine alone, on another origin than the
 * Worker, as the pages of an app do.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Backend, type BackendOptions, type Setup } from './backend.ts';
import { Notifications } from './notifications.ts';
import { files } from './pages.ts';
import type { RecordedRequest } from './record.ts';
import { actions } from './routes.ts';

export interface Playground {
  url: string;
  backend: Backend;
  stop(): void;
}

const JSON_TYPE = 'application/json';

/**
 * Serves the playground, on any free port where `port` is taken.
 *
 * @throws NettuProblem or NettuNetworkError where the Worker does not let it open an account.
 */
export async function startPlayground(options: BackendOptions & { port: number }): Promise<Playground> {
  const [backend, pages] = await Promise.all([Backend.start(options), files()]);
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) =>
      reply(response, 500, JSON_TYPE, JSON.stringify({ error: String(error) })),
    );
  });
  const port = await listen(server, options.port);
  const url = `http://localhost:${port}`;
  const notifications = new Notifications(backend, `${url}/webhook`);
  await notifications.connect();
  const does = actions(backend, notifications);
  const { origin } = new URL(options.baseUrl);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    // Another name that leads to this machine is another site's, which would like to read what we answer.
    if (headers.host !== new URL(url).host)
      return reply(response, 403, 'text/plain', 'Open the playground by localhost');
    const { pathname } = new URL(request.url ?? '/', url);
    if (method === 'POST' && pathname === '/webhook') {
      await notifications.receive(headers, await bodyOf(request));
      return reply(response, 204);
    }
    if (method === 'GET' && pathname === '/notifications') return notifications.stream(response);
    const name = pathname.replace('/backend/', '');
    if (method === 'POST' && Object.hasOwn(does, name)) {
      // A page of another site can send this type only after a preflight, which nobody answers here.
      if (headers['content-type'] !== JSON_TYPE) return reply(response, 415);
      const requests: RecordedRequest[] = [];
      const action = does[name as keyof typeof does] as (body: unknown, tell: unknown) => Promise<unknown>;
      const data = await action(JSON.parse(await bodyOf(request)), (made: RecordedRequest) =>
        requests.push(made),
      )
        // What the Worker refused is among the requests.
        .catch((error: unknown) => (requests.length ? null : Promise.reject(error)));
      return reply(response, 200, JSON_TYPE, JSON.stringify({ data, requests }));
    }
    const file = method === 'GET' ? pages.get(pathname) : undefined;
    if (!file) return reply(response, 404, 'text/plain', 'There is no such page');
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

/** Nothing is loaded from anywhere but here, and nobody but the Worker is asked. FullCalendar brings its own styles. */
const policy = (worker: string) =>
  `default-src 'self'; connect-src 'self' ${worker}; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:`;

/** A page with the values of the setup where it names them, as in `{accountId}`. */
const filled = (page: string, { baseUrl, accountId, serviceId }: Setup): string =>
  page.replace('{baseUrl}', baseUrl).replace('{accountId}', accountId).replace('{serviceId}', serviceId);

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  for (const tried of [port, 0]) {
    try {
      server.listen(tried, 'localhost');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tried === 0) throw error;
    }
  }
  return port;
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
