/** The packed SDK against the real Worker: the modules for bundlers, and the single file for a page. */

import * as sdk from '@nettu/scheduler-sdk';
import * as bundle from '@nettu/scheduler-sdk/bundle';
import { afterAll, describe, expect, it } from 'vitest';
import { freshSocket, newActors } from './support/actors.ts';
import { startService } from './support/service.ts';

const service = await startService();
afterAll(service.stop);
const [baseUrl] = service.baseUrls;

it('the single file has the same exports as the package', () => {
  expect(Object.keys(bundle).sort()).toEqual(Object.keys(sdk).sort());
});

describe.each([
  ['the package', sdk],
  ['the single file', bundle],
])('%s', (_, { NettuProblem, NettuTimeoutError, NettuUserClient, unwrap }) => {
  const clientOf = async (token?: string) => {
    const actors = await newActors(baseUrl);
    return NettuUserClient({
      baseUrl,
      fetch: freshSocket,
      token: token ?? actors.token,
      nettuAccount: actors.accountId,
    });
  };

  it('unwraps the data of an answer', async () => {
    const client = await clientOf();
    const { calendar } = await unwrap(client.calendar.create({ timezone: 'Europe/Oslo' }));
    expect(calendar.settings.timezone).toBe('Europe/Oslo');
  });

  it('throws an Error that contains neither the token nor the query', async () => {
    const client = await clientOf('a.b.c');
    const call = unwrap(client.calendar.getEvents('c1', { startTs: 12_345, endTs: 67_890 }));
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NettuProblem);
    expect(error).toMatchObject({ code: 'token-malformed', status: 401 });
    expect(String(error)).toContain(`GET ${baseUrl}/calendar/c1/events failed: 401 token-malformed. `);
    expect(String(error)).not.toMatch(/a\.b\.c|12345/);
  });

  it('ends a request after its timeout, and when its signal is aborted', async () => {
    const client = await clientOf();
    await expect(client.user.me({ timeout: Number.MIN_VALUE })).rejects.toThrow(NettuTimeoutError);
    const controller = new AbortController();
    const call = client.user.me({ signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});
