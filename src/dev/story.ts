/** The whole story, with the SDK over HTTP, as the people in it live it. */
import { generateKeyPairSync } from 'node:crypto';
import { config, Frequency, NettuClient, NettuUserClient } from '@nettu/scheduler-sdk';
import { type DemoState, tokenFor } from './demo-state.ts';
import { LOCAL_CODE } from './server.ts';
import { done, expect, refused, say } from './steps.ts';
import { at, dayAndTime, time, WEEK, weekOf } from './week.ts';

const HOUR = 60 * 60 * 1000;

/**
 * Plays the story at `config.baseUrl`, and ends it with an account, a user and a calendar that stay.
 *
 * @throws Error when a step differs.
 */
export async function story(): Promise<DemoState> {
  console.log('On the server');
  const code = process.env.CREATE_ACCOUNT_SECRET_CODE ?? LOCAL_CODE;
  const { account, secretApiKey } = await done(
    NettuClient().account.create({ code }),
    'idempotent an account, and gets its API key',
  );
  const accountId = account.id;
  const server = NettuClient({ apiKey: secretApiKey });
  const { publicKey, privateKey } = newKeyPair();
  await done(server.account.setPublicSigningKey(publicKey), 'uploads its public signing key');
  const { user } = await done(server.user.create({ metadata: { plan: 'free' } }), 'idempotent a user');
  const token = tokenFor(user.id, privateKey);
  say('', 'signs a token: all is allowed, but for deleting calendars');

  console.log('\nIn the browser');
  const browser = NettuUserClient({ token, nettuAccount: accountId });
  await done(browser.user.me(), 'asks who it is');
  const calendarId = await calendarWithAWeek(browser);
  await refused(browser.calendar.remove(calendarId), 401, 'policy-denied', 'may not delete the calendar');

  console.log('\nA visitor, without a token');
  const visitor = NettuClient({ nettuAccount: accountId });
  const { busy } = await done(
    visitor.user.freebusy(user.id, WEEK),
    'learns when the user is busy, and nothing else:',
  );
  for (const { startTs, endTs } of busy) console.log(`             ${dayAndTime(startTs)} to ${time(endTs)}`);
  expect(
    'free/busy',
    busy.map(({ startTs }) => startTs),
    [at(0, 9), at(1, 9), at(1, 13), at(3, 9), at(4, 9)],
  );

  await revocations(server, accountId, privateKey);
  await done(browser.user.me(), 'the first user goes on as before');
  return { baseUrl: config.baseUrl, accountId, secretApiKey, userId: user.id, calendarId, privateKey };
}

/** A stand-up on each working day but Wednesday, and a lunch. */
async function calendarWithAWeek(browser: NettuUserClient): Promise<string> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { calendar } = await done(
    browser.calendar.create({ timezone: timeZone, metadata: { title: 'Work' } }),
    `idempotent a calendar in ${timeZone}`,
  );
  const calendarId = calendar.id;
  const { event } = await done(
    browser.events.create({
      calendarId,
      startTs: at(0, 9),
      duration: HOUR / 2,
      busy: true,
      recurrence: { freq: Frequency.Weekly, interval: 1, byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] },
      metadata: { title: 'Stand-up' },
    }),
    'has a stand-up at 09:00 on each working day',
  );
  await done(browser.events.update(event.id, { exdates: [at(2, 9)] }), "calls off Wednesday's");
  const lunch = { startTs: at(1, 13), duration: HOUR, busy: true, metadata: { title: 'Lunch' } };
  await done(browser.events.create({ calendarId, ...lunch }), 'has a lunch on Tuesday');

  const { events } = await done(browser.calendar.getEvents(calendarId, WEEK), 'looks at its week:');
  const week = weekOf(events);
  for (const [startTs, title] of week) console.log(`             ${dayAndTime(startTs)}  ${title}`);
  expect('the week', week, [
    [at(0, 9), 'Stand-up'],
    [at(1, 9), 'Stand-up'],
    [at(1, 13), 'Lunch'],
    [at(3, 9), 'Stand-up'],
    [at(4, 9), 'Stand-up'],
  ]);
  return calendarId;
}

/** What ends a token at once, tried on a second key and a second user. */
async function revocations(server: NettuClient, accountId: string, firstKey: string): Promise<void> {
  console.log('\nOn the server');
  const second = newKeyPair();
  await done(
    server.account.keys.add({ publicJwtKey: second.publicKey, kid: 'second' }),
    'adds a second signing key',
  );
  const { user } = await done(server.user.create(), 'idempotent a second user');
  const browserWith = (privateKey: string) =>
    NettuUserClient({ token: tokenFor(user.id, privateKey), nettuAccount: accountId });
  const browser = browserWith(second.privateKey);
  const { calendar } = await done(
    browser.calendar.create({ timezone: 'UTC' }),
    'whose token, signed with that key, is good',
  );
  await done(server.account.keys.remove('second'), 'removes that key');
  await refused(browser.user.me(), 401, 'token-signature', 'and the very next request is refused');
  await done(server.user.remove(user.id), 'deletes that user, and all that was theirs');
  await refused(browserWith(firstKey).user.me(), 401, 'user-unknown', 'so no token of theirs is good');
  await refused(server.calendar.findById(calendar.id), 404, 'not-found', 'and their calendar is gone');
}

const newKeyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
