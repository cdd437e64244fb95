/** Chromium, and isolated sessions in it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContextOptions,
  type BrowserServer,
  chromium,
  type Page,
} from 'playwright-core';
import { inject } from 'vitest';
import { root } from '../../e2e/support/bundle.ts';

const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @throws Error that says how to install Chromium, where there is none. */
export async function launchServer(): Promise<BrowserServer> {
  const executablePath = [process.env.CHROMIUM ?? '', ...PATHS].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error(
      'Chromium is not installed. On Debian, run apt-get install chromium. Elsewhere, install Chrome, or name your browser: CHROMIUM=/path/to/chrome npm run test:browser',
    );
  return chromium.launchServer({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Connects to the browser that setup.ts started. */
export const connect = (): Promise<Browser> => chromium.connect(inject('chromium'));

export interface Visit {
  page: Page;
  /** The errors of the page, and its requests to other machines. Must stay empty. */
  errors: string[];
  close(): Promise<void>;
}

export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    reducedMotion: 'reduce',
    viewport: { width: 1300, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error.stack)));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname))
      errors.push(request.url());
  });
  return { page, errors, close: () => context.close() };
}

/** Saves a screenshot in test/browser/screenshots, which git ignores. In CI nobody looks at it. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (process.env.CI) return;
  const folder = join(root, 'test/browser/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
