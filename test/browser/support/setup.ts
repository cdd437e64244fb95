/** Starts one Chromium for all test files. */
import type { TestProject } from 'vitest/node';
import { launchServer } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await launchServer();
  project.provide('chromium', server.wsEndpoint());
  return () => server.close();
}
