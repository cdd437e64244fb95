/** A stand-in for the service, for the programs of the runtimes: it answers as the service does, and verifies tokens. */
import { verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = [status: number, body: object | string];

export async function startStandIn(publicKey: string) {
  const answerTo = (request: string, headers: Record<string, unknown>): Answer | undefined => {
    if (!String(headers['nettu-sdk']).startsWith('js/')) return [400, { code: 'input-invalid' }];
    if (request === 'POST /user') return [201, { user: { id: 'u1' } }];
    if (request === 'GET /user?metadata%5Bplan%5D=free') return [200, page('u1', 'next')];
    if (request === 'GET /user?cursor=next&metadata%5Bplan%5D=free') return [200, page('u2', null)];
    if (request === 'DELETE /user/none') return [404, { code: 'not-found', detail: 'It does not exist.' }];
    if (request === 'GET /account/export') return [200, '{"type":"export"}\n{"type":"end"}\n'];
    if (request === 'GET /me') {
      const [header, payload, signature] = String(headers.authorization).replace('Bearer ', '').split('.');
      const content = Buffer.from(`${header}.${payload}`);
      const valid = verify('sha256', content, publicKey, Buffer.from(signature ?? '', 'base64url'));
      return [200, { valid }];
    }
    // GET /account never answers: the programs end it.
    return undefined;
  };
  const server = createServer(({ method, url, headers }, response) => {
    const [status, body] = answerTo(`${method} ${url}`, headers) ?? [];
    if (!status) return;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const page = (id: string, nextCursor: string | null) => ({ users: [{ id }], nextCursor });
