/** The webhook of "your backend": verifies each notification, keeps the latest ones, and sends them to the page. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { NettuClient, unwrap, verifyWebhook } from '@nettu/scheduler-sdk';
import type { Backend } from './backend.ts';

export interface Notification {
  id: string;
  type: string;
  /** Milliseconds since the epoch, by our clock. */
  arrived: number;
  /** Whether the Worker signed it. A real backend ignores any other notification. */
  verified: boolean;
  body: string;
}

const KEPT_MAX = 50;

export class Notifications {
  readonly #backend: Backend;
  readonly #url: string;
  readonly #kept: Notification[] = [];
  readonly #pages = new Set<ServerResponse>();
  #secret = '';

  /** @param url the address of our webhook. */
  constructor(backend: Backend, url: string) {
    this.#backend = backend;
    this.#url = url;
  }

  /** Sets our webhook for every change. */
  async connect(): Promise<void> {
    const { account } = await unwrap(this.#account.setWebhook(this.#url, { events: ['*'] }));
    this.#secret = account.settings.webhook?.secret ?? '';
  }

  /** Lets the Worker send a `ping` to our webhook, and returns the Worker's report. */
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
    this.#kept.splice(0, this.#kept.length - KEPT_MAX);
    for (const page of this.#pages) send(page, notification);
  }

  /** Streams the kept notifications and all new ones to a page, as server-sent events. */
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
