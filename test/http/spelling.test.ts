/** The same request in another spelling gets the same answer, on every route and through every door. */
import { describe, expect, it } from 'vitest';
import { call, newAccount, newUser, type Reply, type User } from '../support/client.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { credentials, type Entry, entries, prepare, send, titled } from '../support/rows.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const inCapitals = (text: string) => text.replace(UUID, (id) => id.toUpperCase());

/** The path with the ids of its parameters in capitals. A kid is no id: its case counts. */
function pathInCapitals({ path: template }: Entry, path: string): string {
  const parts = template.split('/');
  return path
    .split('/')
    .map((part, i) => (parts[i]?.endsWith('Id') ? inCapitals(part) : part))
    .join('/');
}

/** The credentials of the door, with the account and the token's user in capitals. */
async function credentialsInCapitals(entry: Entry, user: User): Promise<Record<string, string>> {
  if (entry.door !== 'user') {
    const as = await credentials(entry, user);
    return { ...as, ...(as['nettu-account'] && { 'nettu-account': inCapitals(as['nettu-account']) }) };
  }
  const token = await user.token({ nettuSchedulerUserId: inCapitals(user.id) });
  return { 'nettu-account': inCapitals(user.account.id), authorization: `Bearer ${token}` };
}

/** The expected status of a good request. */
const good = ({ row }: Entry) => row.status ?? 200;
const expectGood = (entry: Entry, { status, problem }: Reply) =>
  expect([status, status < 300 || problem]).toEqual([good(entry), true]);

describe.each(titled(entries))('%s', (_, entry) => {
  it('takes ids in capitals in its path, its body and its credentials, and answers them in lower case', async () => {
    const user = await newUser({ color: 'red' });
    const { path, body, ...text } = await prepare(entry, user);
    const reply = await send(entry, user, {
      ...text,
      path: pathInCapitals(entry, path),
      as: await credentialsInCapitals(entry, user),
      ...(body && { body: JSON.parse(inCapitals(JSON.stringify(body))) }),
    });
    expectGood(entry, reply);
    const { kid, ...rest } = (reply.body.key ?? {}) as { kid?: string };
    const answered = JSON.stringify(kid ? rest : reply.body);
    const ids = answered.match(/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/g) ?? [];
    expect(ids).toEqual(ids.map((id) => id.toLowerCase()));
  });

  const members = Object.entries((entry.row.does.body as { entries?: object } | undefined)?.entries ?? {});
  const optional = members.flatMap(([name, { type }]) => (type === 'optional' ? [name] : []));
  if (optional.length > 0) {
    it('takes null in every optional member of its body', async () => {
      const user = await newUser({ color: 'red' });
      const { path, body = {} } = await prepare(entry, user);
      const nulls = Object.fromEntries(optional.map((name) => [name, null]));
      const reply = await send(entry, user, { path, body: { ...nulls, ...body } });
      expectGood(entry, reply);
    });
  }

  if (entry.row.does.body) {
    it('names the members of its body that it ignores, and no others', async () => {
      const user = await newUser({ color: 'red' });
      const request = await prepare(entry, user);
      const reply = await send(entry, user, { ...request, body: { ...request.body, title: 1, 'a b': {} } });
      expect([reply.status, reply.headers.get('nettu-ignored')]).toEqual([good(entry), 'title, a%20b']);
      expect(reply.headers.get('access-control-expose-headers')).toContain('nettu-ignored');
      const other = await newUser({ color: 'red' });
      const again = await send(entry, other, await prepare(entry, other));
      expect(again.headers.get('nettu-ignored')).toBeNull();
    });

    it('returns 415 for a body with a content coding, and says that it takes none', async () => {
      const user = await newUser({ color: 'red' });
      const request = await prepare(entry, user);
      const coded = (coding: string) =>
        send(entry, user, { ...request, headers: { 'content-encoding': coding } });
      for (const coding of ['gzip', 'br', 'identity, GZIP']) {
        const reply = await coded(coding);
        expectProblem(reply, 'content-encoding-unsupported');
        expect(reply.problem.detail.toLowerCase()).toContain(coding.split(', ').at(-1)?.toLowerCase());
        expect(reply.headers.get('accept-encoding')).toBe('identity');
      }
      expect((await coded('Identity')).status).toBe(good(entry));
    });
  }

  if (entry.row.does.query) {
    it('returns 400 for a query parameter that it does not have', async () => {
      const user = await newUser({ color: 'red' });
      const { path } = await prepare(entry, user);
      const { query = '?' } = entry.fixture ?? {};
      for (const name of ['plan', 'metadata.plan', 'constructor', '__proto__', 'Limit']) {
        const reply = await send(entry, user, { path, search: `${query}&${name}=paid` });
        expectInvalid(reply, name);
        expect(reply.problem.detail).toContain('which takes');
      }
    });
  }

  if (entry.row.does.query && 'cursor' in ((entry.row.does.query as { entries?: object }).entries ?? {})) {
    it('returns the first page for an empty cursor', async () => {
      const user = await newUser({ color: 'red' });
      const { path } = await prepare(entry, user);
      const query = entry.fixture?.query ?? '?';
      const first = await send(entry, user, { path, search: query });
      const empty = await send(entry, user, { path, search: `${query}&cursor=` });
      expectGood(entry, empty);
      // The cursor of the next page is sealed anew each time, and an export has its time.
      const lasting = ({ body }: Reply) => (entry.fixture?.lines ? null : { ...body, nextCursor: null });
      expect(lasting(empty)).toEqual(lasting(first));
    });
  }
});

it('takes lists of ids in any case, with space around the commas', async () => {
  const user = await newUser();
  const ids = [await user.newCalendar(), await user.newCalendar()];
  const startTs = 0;
  await user.call('POST', '/events', { body: { calendarId: ids[1], startTs, duration: 60_000, busy: true } });
  const headers = { 'nettu-account': user.account.id };
  const list = encodeURIComponent(` ${ids.map((id) => id.toUpperCase()).join(', ')} `);
  const path = `/user/${user.id}/freebusy?startTs=0&endTs=60000`;
  const reply = await call('GET', `${path}&calendarIds=${list}`, { headers });
  expect(reply.body).toEqual({ userId: user.id, busy: [{ startTs: 0, endTs: 60_000, busy: true }] });
  expect((await call('GET', `${path}&calendarIds=${ids[0]},%20`, { headers })).body.busy).toEqual([]);

  const account = await newAccount();
  const { service } = (await account.call('POST', '/service', { body: {} })).body;
  const host = await account.newUser();
  const calendarId = await host.newCalendar();
  const body = { calendarId, startTs: Date.UTC(2030, 0, 1, 9), duration: 3_600_000, busy: false };
  await host.call('POST', '/events', { body });
  const availability = { variant: 'Calendar', id: calendarId };
  await account.call('POST', `/service/${service.id}/users`, { body: { userId: host.id, availability } });
  const slots = (hosts: string) =>
    account.call(
      'GET',
      `/service/${service.id}/booking?startDate=2030-01-01&endDate=2030-01-01&duration=3600000&interval=3600000&hostUserIds=${hosts}`,
    );
  const { dates } = (await slots(`x,%20${host.id.toUpperCase()}`)).body;
  expect(dates[0].slots).toMatchObject([{ userIds: [host.id] }]);
  expect((await slots('x')).body.dates).toEqual([]);
});

it('names ignored members at any depth, cut and encoded', async () => {
  const account = await newAccount();
  const user = await account.newUser();
  const calendarId = await user.newCalendar();
  const reply = await user.call('POST', '/events', {
    body: {
      calendarId,
      startTs: 0,
      duration: 1,
      recurrence: { freq: 'daily', interval: 1, wkst: 'Mon', count: null },
      reminders: [
        { delta: 1, identifier: 'a' },
        { delta: 2, identifier: 'b', 'naïve, or not': 1 },
      ],
      metadata: { any: 'name' },
    },
  });
  expect(reply.status).toBe(201);
  expect(reply.headers.get('nettu-ignored')).toBe('recurrence.wkst, reminders[1].na%C3%AFve%2C%20or%20not');
  const service = { multiPerson: { variant: 'collective', data: null, seats: 5 } };
  const made = await account.call('POST', '/service', { body: service });
  expect(made.headers.get('nettu-ignored')).toBe('multiPerson.data, multiPerson.seats');
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${'x'.repeat(100)}${i}`, i]));
  const cut = await account.call('POST', '/user', { body: { ...many, '\ud800': 1 } });
  expect(cut.headers.get('nettu-ignored')?.split(', ')).toEqual(Array(20).fill('x'.repeat(64)));
});
