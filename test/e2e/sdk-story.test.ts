/** The story of the published documentation, word for word, against the real Worker. */
import jwt from 'jsonwebtoken';
import { afterAll, expect, it } from 'vitest';
import { config, NettuClient, NettuUserClient, Permissions } from '../../src/sdk/index.ts';
import { dataOf, newKeyPair } from './support/actors.ts';
import { CODE, startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);

it('a browser creates a calendar with a token, and is not permitted to delete it', async () => {
  config.baseUrl = service.baseUrls[0];
  const { publicKey, privateKey } = newKeyPair();
  const { secretApiKey } = dataOf(await NettuClient().account.create({ code: CODE }));

  // On the server.
  const client = NettuClient({ apiKey: secretApiKey });
  expect((await client.account.setPublicSigningKey(publicKey)).status).toBe(200);
  const userRes = await client.user.create();
  const schedulerUserId = dataOf(userRes).user.id;
  const token = jwt.sign(
    {
      nettuSchedulerUserId: schedulerUserId,
      exp: 5609418990073,
      iat: 19,
      schedulerPolicy: { allow: [Permissions.All], reject: [Permissions.DeleteCalendar] },
    },
    privateKey,
    { algorithm: 'RS256' },
  );
  const { account } = dataOf(await client.account.me());

  // In the browser.
  const userClient = NettuUserClient({ token, nettuAccount: account.id });
  const calendarRes = await userClient.calendar.create({ timezone: 'UTC' });
  expect(calendarRes.status).toBe(201);
  const { calendar } = dataOf(calendarRes);
  expect(calendar).toEqual({
    id: expect.any(String),
    userId: schedulerUserId,
    settings: { weekStart: 'Mon', timezone: 'UTC' },
    metadata: {},
  });
  const { status, error } = await userClient.calendar.remove(calendar.id);
  expect(status === 401).toBe(true);
  expect(error?.code).toBe('policy-denied');

  // Both clients still find it.
  expect(dataOf(await userClient.calendar.findById(calendar.id)).calendar).toEqual(calendar);
  expect(dataOf(await client.calendar.findById(calendar.id)).calendar).toEqual(calendar);
});
