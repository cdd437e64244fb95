/**
 * `npm run demo`: the whole story, with the SDK over HTTP, as the three people in it live it. Talks to the running
 * dev server, or starts one of its own with an empty database. Ends with status 1 when a step differs.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Answer,
  config,
  NettuClient,
  NettuUserClient,
  Permissions,
  type SchedulerClaims,
} from '@nettu/scheduler-sdk';
import jwt from 'jsonwebtoken';
import { answers, LOCAL_CODE, type LocalServer, PORT, startServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-demo-'));
let own: LocalServer | undefined;
try {
  config.baseUrl = `http://localhost:${process.env.PORT ?? PORT}/api/v1`;
  if (!(await answers(config.baseUrl))) {
    console.log('No dev server is running: starting one for this demo.');
    own = await startServer(Number(process.env.PORT ?? PORT), { quiet: true, persistTo: folder });
  }
  console.log(`The Worker listens on ${config.baseUrl}\n`);
  await story();
  console.log('\nThe demo ended in success.');
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  own?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function story(): Promise<void> {
  console.log('On the server');
  const code = process.env.CREATE_ACCOUNT_SECRET_CODE ?? LOCAL_CODE;
  const { account, secretApiKey } = done(
    await NettuClient().account.create({ code }),
    'creates an account, and gets its API key',
  );
  const server = NettuClient({ apiKey: secretApiKey });

  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  done(await server.account.setPublicSigningKey(publicKey), 'uploads its public signing key');
  const { user } = done(await server.user.create({ metadata: { plan: 'free' } }), 'creates a user');

  const claims: SchedulerClaims = {
    nettuSchedulerUserId: user.id,
    exp: Math.floor(Date.now() / 1000) + 15 * 60,
    schedulerPolicy: { allow: [Permissions.All], reject: [Permissions.DeleteCalendar] },
  };
  const token = jwt.sign(claims, privateKey, { algorithm: 'RS256' });
  console.log('  ok       signs a token: all is allowed, but for deleting calendars');

  console.log('\nIn the browser');
  const browser = NettuUserClient({ token, nettuAccount: account.id });
  done(await browser.user.me(), 'asks who it is');
  const { calendar } = done(await browser.calendar.create({ timezone: 'Europe/Oslo' }), 'creates a calendar');
  done(await browser.calendar.findById(calendar.id), 'reads it back');
  done(
    await browser.calendar.update(calendar.id, { timezone: 'Asia/Tokyo' }),
    'moves it to another time zone',
  );
  refused(await browser.calendar.remove(calendar.id), 401, 'policy-denied', 'may not delete it');

  console.log('\nOn the server');
  done(await server.account.removePublicSigningKey(), 'removes its signing key');
  refused(await browser.user.me(), 401, 'token-signature', "and the browser's very next request is refused");
  done(await server.user.remove(user.id), 'deletes the user, and all that was theirs');
  refused(await server.calendar.findById(calendar.id), 404, 'not-found', 'so the calendar is gone');
}

function done<T>(answer: Answer<T>, step: string): T {
  if (!answer.data) throw new Error(`"${step}" was refused: ${JSON.stringify(answer.error)}`);
  console.log(`  ok  ${answer.status}  ${step}`);
  return answer.data;
}

function refused({ status, error }: Answer<unknown>, wanted: number, code: string, step: string): void {
  if (status !== wanted || error?.code !== code) {
    throw new Error(`"${step}" should have answered ${wanted} ${code}, not ${status} ${error?.code ?? ''}`);
  }
  console.log(`  ok  ${status}  ${step} (${code})`);
}
