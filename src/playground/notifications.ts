/** What arrives at "your backend's" webhook: verified, kept for a while, and passed on to the page as it arrives. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { NettuClient, unwrap, verifyWebhook } from '@nettu/scheduler-sdk';
import type { Backend } from './backend.ts';

export interface Notification {
  id: string;
  type: string;
  /** ms, by our clock */
  arrived: number;
  /** Whether the signature is the Worker's. A real backend throws away what is not. */
  verified: boolean;
  body: string;
}

const KEPT = 50;

export class Notifications {
  readonly #backend: Backend;
  readonly #url: string;
  readonly #kept: Notification[] = [];
  readonly #pages = new Set<ServerResponse>();
  #secret = '';

  /** @param url of our webhook. */
  constructor(backend: Backend, url: string) {
    this.#backend = backend;
    this.#url = url;
  }

  /** Asks the Worker to tell us of every change. */
  async connect(): Promise<void> {
    const { account } = await unwrap(this.#account.setWebhook(this.#url, { events: ['*'] }));
    this.#secret = account.settings.webhook?.secret ?? '';
  }

  /** Has the Worker send a `ping`, and answers what it says came back. */
  ping(): Promise<unknown> {
    return unwrap(this.#account.webhook.test());
  }

  async receive(headers: IncomingHttpHeaders, body: string): Promise<void> {
    const verified = await verifyWebhook(body, headers, this.#secret).then(
      () => true,
      () => false,
    );
    const id = String(headers['webhook-id'] ?? '');
    const notification = { id, type: typeOf(body), arrived: Date.now(), verified, body };
    this.#kept.push(notification);
    this.#kept.splice(0, this.#kept.length - KEPT);
    for (const page of this.#pages) send(page, notification);
  }

  /** Sends what is kept and what will arrive, as server-sent events. */
  stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(':\n\n');
    for (const notification of this.#kept) send(response, notification);
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
  }

  get #account() {
    const { apiKey, setup } = this.#backend;
    return NettuClient({ apiKey, baseUrl: setup.baseUrl }).account;
  }
}

const send = (page: ServerResponse, notification: Notification) =>
  page.write(`data: ${JSON.stringify(notification)}\n\n`);

function typeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { type?: unknown }).type);
  } catch {
    return 'unreadable';
  }
}
