/** `npm run dev`: starts the Worker on port 5000 (or PORT), with a database that it keeps, and the playground on the next port. */
import { fileURLToPath } from 'node:url';
import { listen, startPlayground } from '../playground/server.ts';
import { saveCode } from './demo-state.ts';
import { PORT, portIn } from './ports.ts';
import { startServer } from './server.ts';

const port = portIn(process.env);
// First of all, since the Worker may call no other port of this machine.
const pages = await listen(port + 1);
try {
  const server = await startServer(port, { webhooks: pages.url });
  const { code } = server;
  saveCode(code);
  const file = fileURLToPath(new URL('../../.wrangler/playground.json', import.meta.url));
  const playground = await startPlayground(pages, {
    baseUrl: server.baseUrl,
    code,
    file,
  }).catch((error: unknown) => console.error('The playground did not start:', error));
  const demo = port === PORT ? 'npm run demo' : `PORT=${port} npm run demo`;
  console.log(`
The Worker listens on         ${server.baseUrl}
Open the playground           ${playground?.url ?? 'it did not start, see above'}    (a page with a small backend)
Create an account with code   ${code}      (POST /account; each start has another)
Run the story                 ${demo}               (in another terminal; do not run npm ci meanwhile)
Reset the data                delete .wrangler/state     (while this is stopped)
`);
  server.process.on('exit', (code) => process.exit(code ?? 0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  pages.server.close();
  process.exitCode = 1;
}
