/**
 * `npm run demo`: plays the story against the running dev server, and leaves there what one can go on with; or against
 * a server of its own with an empty database, of which nothing stays. Ends with status 1 when a step differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from '@nettu/scheduler-sdk';
import { type DemoState, keep, tokenFor } from './demo-state.ts';
import { answers, type LocalServer, PORT, startServer } from './server.ts';
import { story } from './story.ts';
import { WEEK } from './week.ts';

let own: LocalServer | undefined;
try {
  const port = Number(process.env.PORT ?? PORT);
  config.baseUrl = `http://localhost:${port}/api/v1`;
  if (!(await answers(config.baseUrl))) {
    console.log('No dev server is running: starting one for this demo.');
    const folder = mkdtempSync(join(tmpdir(), 'nettu-demo-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    own = await startServer(port, { quiet: true, persistTo: folder });
  }
  console.log(`The Worker listens on ${config.baseUrl}\n`);
  const left = await story();
  console.log('\nThe demo ended in success.');
  if (own) {
    console.log(
      'Its server ends with it, and so does all that it made. To keep that: npm run dev, and the demo again.',
    );
  } else {
    keep(left);
    goOnWith(left);
  }
} catch (error) {
  console.error('\nThe demo failed:', error);
  process.exitCode = 1;
} finally {
  await own?.stop();
}

function goOnWith({ baseUrl, accountId, userId, calendarId, privateKey }: DemoState): void {
  const window = `startTs=${WEEK.startTs}&endTs=${WEEK.endTs}`;
  console.log(`
The account, the user and the calendar stay. Go on with them; paste this, for example:

TOKEN='${tokenFor(userId, privateKey)}'
curl -H 'nettu-account: ${accountId}' -H "authorization: Bearer $TOKEN" '${baseUrl}/calendar/${calendarId}/events?${window}'
curl -H 'nettu-account: ${accountId}' '${baseUrl}/user/${userId}/freebusy?${window}'

The token is good for a day; npm run --silent token prints a fresh one. The API key is in .wrangler/demo.json.`);
}
