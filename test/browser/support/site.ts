/** Serves pages of "your app" on their own origin, with the single files of both packages. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../../e2e/support/bundle.ts';

export interface Site {
  /** Adds a page with this body, and returns its URL. */
  at(body: string, html?: { lang?: string; scheme?: string }): string;
  stop(): void;
}

const scripts: Record<string, string> = {
  '/element.js': 'src/elements/dist/nettu-booking.min.js',
  '/words/ar.js': 'src/elements/dist/words/ar.js',
  '/sdk.js': 'src/sdk/dist/nettu-scheduler-sdk.min.js',
};

export async function startSite(): Promise<Site> {
  const pages: string[] = [];
  const server = createServer(({ url = '/' }, response) => {
    const script = scripts[url];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script ? readFileSync(join(root, script)) : pages[Number(url.slice(1))]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    at: (body, { lang = 'en-GB', scheme = 'light' } = {}) => {
      const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>App</title><link rel="icon" href="data:,"><style>:root { color-scheme: ${scheme} } body { max-width: 50rem; margin: 1rem auto; padding: 0 1rem; background: light-dark(#fff, #111); }</style>`;
      pages.push(
        `<!doctype html><html lang="${lang}"><head>${head}</head><body><main>${body}</main></body></html>`,
      );
      return `http://127.0.0.1:${port}/${pages.length - 1}`;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
