/** `npm run dev` serves this machine: no page of a foreign site can use it, whatever name resolves to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalServer, startServer } from '../../src/dev/server.ts';
import { listen } from '../../src/playground/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-local-'));

let port = 0;
let server: LocalServer;
/** The page that may have webhooks. */
let pages: Awaited<ReturnType<typeof listen>>;

/** Starts the server on a port that was free a moment ago. */
async function start(): Promise<LocalServer> {
  const free = await listen(0);
  port = Number(new URL(free.url).port);
  await new Promise((resolve) => free.server.close(resolve));
  return startServer(port, { quiet: true, persistTo: folder, webhooks: pages.url });
}

beforeAll(async () => {
  pages = await listen(0);
  server = await start();
}, 240_000);
afterAll(async () => {
  pages.server.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any body that comes over the wire
  body: any;
}

/** Sends what fetch does not let us send: any Host, and any Origin. */
const send = (method: string, path: string, headers: OutgoingHttpHeaders = {}, body?: object) =>
  new Promise<Reply>((resolve, reject) => {
    const all = { host: `localhost:${port}`, 'content-type': 'application/json', ...headers };
    const sent = request({ host: 'localhost', port, method, path, headers: all }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const json = /json/.test(response.headers['content-type'] ?? '');
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        body: json ? JSON.parse(text) : null,
      });
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });

const createAccount = (headers: OutgoingHttpHeaders, code = server.code, path = '/api/v1/account') =>
  send('POST', path, headers, { code });

it.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1.evil.example', '192.168.1.5', '0.0.0.0'])(
  'refuses every request whose host is %s, with the code or without it',
  async (host) => {
    const refused = {
      status: 403,
      body: { code: 'local-only', detail: expect.stringContaining('localhost') },
    };
    expect(await createAccount({ host })).toMatchObject(refused);
    expect(await createAccount({ host }, 'wrong')).toMatchObject(refused);
    for (const path of ['/', '/api/v1/', '/docs', '/openapi.json', '/api/v1/user'])
      expect(await send('GET', path, { host })).toMatchObject(refused);
  },
);

it("refuses an account to a foreign origin, and to a foreign host wrangler's own paths", async () => {
  const refused = { status: 403, body: { code: 'local-only', detail: expect.stringContaining('backend') } };
  for (const origin of [
    'https://evil.example',
    'http://localhost.evil.example',
    'null',
    'http://192.168.1.5',
  ]) {
    expect(await createAccount({ origin })).toMatchObject(refused);
    expect(await createAccount({ origin }, 'wrong')).toMatchObject(refused);
    expect(await createAccount({ origin }, server.code, '/api/v1/account//')).toMatchObject(refused);
  }
  const scheduled = '/cdn-cgi/handler/scheduled?cron=*';
  for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }])
    expect((await send('GET', scheduled, headers)).status).toBe(403);
});

it.each([{}, { origin: 'http://localhost:3000' }, { origin: 'https://127.0.0.1' }, { host: '[::1]' }])(
  'creates an account for a program or a page of this machine: %o',
  async (headers) => {
    expect((await createAccount(headers)).status).toBe(201);
  },
);

it('lets a page of any origin call with a credential, as a deployment does', async () => {
  const origin = 'https://app.example';
  const { secretApiKey } = (await createAccount({})).body;
  expect((await send('GET', '/api/v1/account', { origin, 'x-api-key': secretApiKey })).status).toBe(200);
});

it('lets a page of a public site call this machine, where the browser requests that', async () => {
  const preflight = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
  const allowed = await send('OPTIONS', '/api/v1/me', {
    ...preflight,
    'access-control-request-private-network': 'true',
  });
  expect([allowed.status, allowed.headers['access-control-allow-private-network']]).toEqual([204, 'true']);
  const other = await send('OPTIONS', '/api/v1/me', preflight);
  expect([other.status, other.headers['access-control-allow-private-network']]).toEqual([204, undefined]);
});

it('allows webhooks on this machine on the port of the playground alone', async () => {
  const { secretApiKey } = (await createAccount({})).body;
  const setWebhook = (webhookUrl: string) =>
    send('PUT', '/api/v1/account/webhook', { 'x-api-key': secretApiKey }, { webhookUrl });
  expect((await setWebhook(`${pages.url}/webhook`)).status).toBe(200);
  const own = new URL(pages.url).port;
  for (const url of [`http://localhost:${port}/`, `http://127.0.0.1:${own}/`, `https://localhost:${own}/`])
    expect(await setWebhook(url)).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
});

it('the playground has its port before the Worker learns of it, and moves from a port that is taken', async () => {
  const taken = Number(new URL(pages.url).port);
  const moved = await listen(taken);
  moved.server.close();
  expect(Number(new URL(moved.url).port)).not.toBe(taken);
});

it('each start has a code of its own', { timeout: 240_000 }, async () => {
  const before = server.code;
  expect((await createAccount({}, 'let me in')).body.code).toBe('account-code-wrong');
  await server.stop();
  server = await start();
  expect((await createAccount({}, before)).body.code).toBe('account-code-wrong');
  expect((await createAccount({})).status).toBe(201);
});
