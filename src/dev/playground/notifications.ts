/** What arrives at "your backend's" webhook: verified, kept for a while, and passed on to the page as it arrives. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Backend } from './backend.ts';
import { isSigned } from './signature.ts';

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
  /** Whether the Worker sends any. */
  available = false;
  readonly #backend: Backend;
  readonly #url: string;
  readonly #kept: Notification[] = [];
  readonly #pages = new Set<ServerResponse>();
  #secret: string | undefined;

  /** @param url of our webhook. */
  constructor(backend: Backend, url: string) {
    this.#backend = backend;
    this.#url = url;
  }

  /** Asks the Worker to tell us of every change. */
  async connect(): Promise<void> {
    this.available = (await this.#ask('GET', '/account/webhook/deliveries')).ok;
    if (!this.available) return;
    const response = await this.#ask('PUT', '/account/webhook', { webhookUrl: this.#url, events: ['*'] });
    const answer = (await response.json()) as { account?: { settings: { webhook: { secret?: string } } } };
    this.#secret = answer.account?.settings.webhook.secret;
  }

  /** Has the Worker send a `ping`, and answers what it says came back. */
  async ping(): Promise<unknown> {
    return (await this.#ask('POST', '/account/webhook/test')).json();
  }

  receive(headers: IncomingHttpHeaders, body: string): void {
    const verified = this.#secret !== undefined && isSigned(headers, body, this.#secret, Date.now());
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

  #ask(method: string, path: string, body?: object): Promise<Response> {
    return fetch(this.#backend.setup.baseUrl + path, {
      method,
      headers: { 'x-api-key': this.#backend.apiKey, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
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
