/** Starts the playground as `npm run dev` does, with the bundled Worker. */
import type { Browser } from 'playwright-core';
import { listen, type Playground, startPlayground } from '../../../src/playground/server.ts';
import { CODE, startService } from '../../e2e/support/service.ts';
import { connect } from './chromium.ts';

export interface Stage {
  browser: Browser;
  playground: Playground;
  baseUrl: string;
  /** Runs the cron of each minute. */
  runMinute(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const [service, browser] = await Promise.all([startService(), connect()]);
  const [baseUrl] = service.baseUrls;
  const playground = await startPlayground(await listen(0), { baseUrl, code: CODE, zone: 'Europe/Oslo' });
  return {
    browser,
    playground,
    baseUrl,
    runMinute: () => service.runCron('* * * * *'),
    async stop() {
      await browser.close();
      playground.stop();
      await service.stop();
    },
  };
}
