/** `ifMatch` and `ifNoneMatch`: their headers, and their answers. */
import { expect, test } from 'vitest';
import { type Answer, type CalendarResult, NettuClient, unwrap } from '../../src/sdk/index.ts';
import { json, problem, type Reply, stubFetch } from './stub.ts';

const calendar = { id: 'c1' };

function clientOf(...replies: Reply[]) {
  const { fetch, sent } = stubFetch(...replies);
  return { client: NettuClient({ fetch, apiKey: 'sk_1' }), sent };
}

const unmodified =
  (headers = {}): Reply =>
  () =>
    new Response(null, { status: 304, headers });

test('sends ifMatch unchanged with updates and deletions', async () => {
  const { client, sent } = clientOf(json({ calendar }));
  await client.calendar.update('c1', { timezone: 'UTC' }, { ifMatch: '"v1"' });
  await client.booking.confirm('b1', { ifMatch: '"v2"' });
  await client.account.removePublicSigningKey({ ifMatch: '"v3"' });
  await client.calendar.remove('c1', { ifMatch: '*' });
  expect(sent.map(({ headers }) => headers['if-match'])).toEqual(['"v1"', '"v2"', '"v3"', '*']);
});

test('returns precondition-failed when another change came first', async () => {
  const { client, sent } = clientOf(problem('precondition-failed', 412));
  const { error } = await client.calendar.update('c1', { timezone: 'UTC' }, { ifMatch: '"v1"' });
  expect(error).toMatchObject({ status: 412, code: 'precondition-failed' });
  expect(sent).toHaveLength(1);
});

test.each([undefined, ''])(
  'throws a TypeError for an ifMatch of %j, and sends no request',
  async (ifMatch) => {
    const { client, sent } = clientOf(json({ calendar }));
    await expect(client.calendar.remove('c1', { ifMatch })).rejects.toThrow(
      new TypeError('ifMatch must be the etag of an answer, or *'),
    );
    expect(sent).toEqual([]);
  },
);

test('returns the data of the earlier answer after a 304', async () => {
  const fresh = json({ calendar: { id: 'c1', metadata: { n: '2' } } }, 200, { etag: '"v2"' });
  const first = json({ calendar }, 200, { etag: '"v1"' });
  const { client, sent } = clientOf(first, unmodified({ etag: '"v1"' }), unmodified({ etag: '"v1"' }), fresh);
  const find = (ifNoneMatch: Answer<CalendarResult>) => client.calendar.findById('c1', { ifNoneMatch });

  const earlier = await client.calendar.findById('c1');
  const same = await find(earlier);
  expect(same).toMatchObject({ status: 304, data: { calendar }, etag: '"v1"' });
  expect(same.error).toBeUndefined();
  expect(unwrap(await find(same))).toEqual({ calendar });
  expect(await find(same)).toMatchObject({
    status: 200,
    data: { calendar: { metadata: { n: '2' } } },
    etag: '"v2"',
  });
  expect(sent.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"', '"v1"']);
});

test('accepts an earlier answer as its data and etag', async () => {
  const { client } = clientOf(unmodified());
  const kept = JSON.parse(JSON.stringify({ data: { calendar }, etag: '"v1"' })) as Answer<CalendarResult>;
  expect((await client.calendar.findById('c1', { ifNoneMatch: kept })).data).toEqual({ calendar });
});

test('sends no if-none-match for an earlier answer without data or etag', async () => {
  const { client, sent } = clientOf(problem('not-found', 404, { etag: '"v1"' }), json({ calendar }));
  const refused = await client.calendar.findById('c1');
  const bare = await client.calendar.findById('c1', { ifNoneMatch: refused });
  const { status } = await client.calendar.findById('c1', { ifNoneMatch: bare });
  await client.calendar.findById('c1', { ifNoneMatch: undefined });
  expect(status).toBe(200);
  expect(sent.flatMap(({ headers }) => headers['if-none-match'] ?? [])).toEqual([]);
});

test('returns unexpected-answer for a 304 without ifNoneMatch', async () => {
  const { client } = clientOf(unmodified());
  const { data, error } = await client.calendar.findById('c1');
  expect([data, error?.code]).toEqual([undefined, 'unexpected-answer']);
});
