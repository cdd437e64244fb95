/** The story of the README, with the SDK over HTTP: a backend, a user's browser, and a caller without credentials. */
import { generateKeyPairSync } from 'node:crypto';
import { config, Frequency, NettuClient, NettuUserClient } from '@nettu/scheduler-sdk';
import { type DemoState, tokenFor } from './demo-state.ts';
import { expectEqual, fails, print, succeeds } from './steps.ts';
import { at, dayAndTime, time, WEEK, weekOf } from './week.ts';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Plays the story against the service at `config.baseUrl`.
 *
 * @param code creates accounts.
 * @returns the account, the user and the calendar that the story keeps.
 * @throws Error for the first step that fails.
 */
export async function story(code: string): Promise<DemoState> {
  console.log('Your backend, with the API key');
  const { account, secretApiKey } = await succeeds(
    NettuClient().account.create({ code }),
    'creates an account and gets its API key',
  );
  const accountId = account.id;
  const accountClient = NettuClient({ apiKey: secretApiKey });
  const { publicKey, privateKey } = newKeyPair();
  await succeeds(accountClient.account.setPublicSigningKey(publicKey), 'uploads its public signing key');
  const { user } = await succeeds(
    accountClient.user.create({ metadata: { plan: 'free' } }),
    'creates a user',
  );
  const token = tokenFor(user.id, privateKey);
  print('', 'signs a token that permits everything except deleting calendars');

  console.log('\nThe browser, with the token');
  const userClient = NettuUserClient({ token, nettuAccount: accountId });
  await succeeds(userClient.user.me(), 'reads its own user');
  const calendarId = await calendarWithAWeek(userClient);
  await fails(
    userClient.calendar.remove(calendarId),
    401,
    'policy-denied',
    'is not permitted to delete the calendar',
  );

  console.log('\nAnyone, without credentials');
  const anonymous = NettuClient({ nettuAccount: accountId });
  const { busy } = await succeeds(
    anonymous.user.freebusy(user.id, WEEK),
    'sees when the user is busy, and nothing else:',
  );
  for (const { startTs, endTs } of busy) console.log(`             ${dayAndTime(startTs)} to ${time(endTs)}`);
  expectEqual(
    'free/busy',
    busy.map(({ startTs }) => startTs),
    [at(0, 9), at(1, 9), at(1, 13), at(3, 9), at(4, 9)],
  );

  await revocations(accountClient, accountId, privateKey);
  await succeeds(userClient.user.me(), "the first user's token is still valid");
  return { baseUrl: config.baseUrl, accountId, secretApiKey, userId: user.id, calendarId, privateKey };
}

/** A calendar with a stand-up on each working day except Wednesday, and a lunch on Tuesday. */
async function calendarWithAWeek(userClient: NettuUserClient): Promise<string> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { calendar } = await succeeds(
    userClient.calendar.create({ timezone: timeZone, metadata: { title: 'Work' } }),
    `creates a calendar in ${timeZone}`,
  );
  const calendarId = calendar.id;
  const { event } = await succeeds(
    userClient.events.create({
      calendarId,
      startTs: at(0, 9),
      duration: HOUR_MS / 2,
      busy: true,
      recurrence: { freq: Frequency.Weekly, interval: 1, byweekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] },
      metadata: { title: 'Stand-up' },
    }),
    'adds a stand-up at 09:00 on each working day',
  );
  await succeeds(userClient.events.update(event.id, { exdates: [at(2, 9)] }), "cancels Wednesday's stand-up");
  const lunch = { startTs: at(1, 13), duration: HOUR_MS, busy: true, metadata: { title: 'Lunch' } };
  await succeeds(userClient.events.create({ calendarId, ...lunch }), 'adds a lunch on Tuesday');

  const { events } = await succeeds(userClient.calendar.getEvents(calendarId, WEEK), 'reads its week:');
  const week = weekOf(events);
  for (const [startTs, title] of week) console.log(`             ${dayAndTime(startTs)}  ${title}`);
  expectEqual('the week', week, [
    [at(0, 9), 'Stand-up'],
    [at(1, 9), 'Stand-up'],
    [at(1, 13), 'Lunch'],
    [at(3, 9), 'Stand-up'],
    [at(4, 9), 'Stand-up'],
  ]);
  return calendarId;
}

/** Revokes tokens in two ways: removes a second signing key, then deletes a second user. */
async function revocations(
  accountClient: NettuClient,
  accountId: string,
  firstPrivateKey: string,
): Promise<void> {
  console.log('\nYour backend revokes tokens');
  const second = newKeyPair();
  await succeeds(
    accountClient.account.keys.add({ publicJwtKey: second.publicKey, kid: 'second' }),
    'adds a second signing key',
  );
  const { user } = await succeeds(accountClient.user.create(), 'creates a second user');
  const userClientOf = (privateKey: string) =>
    NettuUserClient({ token: tokenFor(user.id, privateKey), nettuAccount: accountId });
  const userClient = userClientOf(second.privateKey);
  const { calendar } = await succeeds(
    userClient.calendar.create({ timezone: 'UTC' }),
    'signs a token with that key, and the token is valid',
  );
  await succeeds(accountClient.account.keys.remove('second'), 'removes the key');
  await fails(userClient.user.me(), 401, 'token-signature', 'the very next request with the token fails');
  await succeeds(accountClient.user.remove(user.id), 'deletes the user with all of their data');
  await fails(userClientOf(firstPrivateKey).user.me(), 401, 'user-unknown', 'every token of the user fails');
  await fails(accountClient.calendar.findById(calendar.id), 404, 'not-found', "the user's calendar is gone");
}

const newKeyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
