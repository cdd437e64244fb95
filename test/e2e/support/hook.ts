/** The README's webhook receiver, which keeps the notifications that it has verified. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Notification, verifyWebhook } from '../../../src/sdk/index.ts';

export interface Hook {
  url: string;
  notifications: Notification[];
  /** The secret of the account's webhook. */
  secret: string;
  stop: () => void;
}

export async function startHook(): Promise<Hook> {
  const hook: Hook = { url: '', notifications: [], secret: '', stop: () => {} };

  /** Handles a request in the form that Express passes to a route: the raw body, and Node's headers. */
  async function receive(req: { body: Buffer; headers: IncomingHttpHeaders }): Promise<number> {
    const notification = await verifyWebhook(req.body, req.headers, hook.secret).catch(() => null);
    if (!notification) return 400;
    hook.notifications.push(notification);
    return 204;
  }

  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(await receive({ body: Buffer.concat(chunks), headers: request.headers })).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook.url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  hook.stop = () => {
    receiver.closeAllConnections();
    receiver.close();
  };
  return hook;
}
