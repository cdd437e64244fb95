/**
 * `npm run demo`: plays the story against the running dev server and saves the demo state. Without a dev server, it starts
 * one with an empty database, and deletes that database at the end. Exits with status 1 when a step fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from '@nettu/scheduler-sdk';
import { type DemoState, loadCode, saveDemoState, tokenFor } from './demo-state.ts';
import { answers, portIn } from './ports.ts';
import { type LocalServer, startServer } from './server.ts';
import { story } from './story.ts';
import { WEEK } from './week.ts';

let ownServer: LocalServer | undefined;
try {
  const port = portIn(process.env);
  config.baseUrl = `http://localhost:${port}/api/v1`;
  if (!(await answers(config.baseUrl))) {
    console.log('No dev server is running. Starting a temporary one.');
    const folder = mkdtempSync(join(tmpdir(), 'nettu-demo-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    ownServer = await startServer(port, { quiet: true, persistTo: folder });
  }
  console.log(`The Worker listens on ${config.baseUrl}\n`);
  const state = await story(process.env.CREATE_ACCOUNT_SECRET_CODE ?? ownServer?.code ?? loadCode());
  console.log('\nThe demo passed.');
  if (ownServer) {
    console.log(
      'The temporary server stops now, and its data is deleted. To keep the data, start npm run dev first.',
    );
  } else {
    saveDemoState(state);
    printNextSteps(state);
  }
} catch (error) {
  console.error('\nThe demo failed:', error);
  process.exitCode = 1;
} finally {
  await ownServer?.stop();
}

function printNextSteps({ baseUrl, accountId, userId, calendarId, privateKey }: DemoState): void {
  const window = `startTs=${WEEK.startTs}&endTs=${WEEK.endTs}`;
  console.log(`
The dev server keeps the account, the user and the calendar. Try them:

TOKEN='${tokenFor(userId, privateKey)}'
curl -H 'nettu-account: ${accountId}' -H "authorization: Bearer $TOKEN" '${baseUrl}/calendar/${calendarId}/events?${window}'
curl -H 'nettu-account: ${accountId}' '${baseUrl}/user/${userId}/freebusy?${window}'

The token is valid for a day. npm run --silent token prints a new one. The API key is in .wrangler/demo.json.`);
}
