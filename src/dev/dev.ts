/** `npm run dev`: the Worker on port 5000 (or PORT), with a local database that outlives it, and the playground next to it. */
import { fileURLToPath } from 'node:url';
import { startPlayground } from '../playground/server.ts';
import { LOCAL_CODE, PORT, startServer } from './server.ts';

const port = Number(process.env.PORT ?? PORT);
try {
  const server = await startServer(port);
  const file = fileURLToPath(new URL('../../.wrangler/playground.json', import.meta.url));
  const playground = await startPlayground({
    baseUrl: server.baseUrl,
    code: LOCAL_CODE,
    file,
    port: port + 1,
  }).catch((error: unknown) => console.error('The playground did not start.', error));
  console.log(`
Nettu Scheduler listens on    ${server.baseUrl}
See it in your browser        ${playground?.url ?? 'not this time: see above'}    the playground: a page, and a backend for it
Create an account with code   ${LOCAL_CODE}      POST /account { "code": "${LOCAL_CODE}" }
See the whole story           npm run demo               (in another terminal; no npm ci while this runs)
Data is kept in               .wrangler/state            (delete it to start anew)
`);
  server.process.on('exit', (code) => process.exit(code ?? 0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('Is another program on that port? Choose one: PORT=5010 npm run dev');
  process.exitCode = 1;
}
