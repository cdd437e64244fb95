/**
 * Prism, a proxy that holds every request and every answer to the description: with `NETTU_PRISM`, the path of its command,
 * the e2e tests send through it. `npm run check:generators` does so.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from './bundle.ts';

const START_TIMEOUT_MS = 60_000;

/**
 * Starts Prism in front of a service. It answers a violation with its own problem in place of the service's answer.
 *
 * @param command the path of Prism's command.
 * @returns the URL that stands for `baseUrl`, and the function that stops Prism.
 * @throws Error with Prism's output when it does not start.
 */
export async function startPrism(
  command: string,
  baseUrl: string,
): Promise<{ url: string; stop: () => void }> {
  const port = await unusedPort();
  const description = join(root, 'dist/assets/openapi.json');
  const child = spawn(
    process.execPath,
    [command, 'proxy', description, baseUrl, '--errors', '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const listening = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (output.includes('Prism is listening')) resolve();
      });
    }
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(output)));
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`Prism did not start: ${output}`)), START_TIMEOUT_MS).unref(),
  );
  ended.catch(() => {});
  await Promise.race([listening, ended, late]);
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
