/** Calendars through both doors: each behaviour holds for the account and for the user. */
import { describe, expect, it } from 'vitest';
import { type Call, newAccount, newUser, type Reply, type User } from '../../support/client.ts';
import { countOf } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';

const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** The two doors to a user's calendars. */
interface Doors {
  create: (user: User, options: Call) => Promise<Reply>;
  at: (user: User, method: string, calendar: string, options?: Call) => Promise<Reply>;
}
const byAccount: Doors = {
  create: (user, options) => user.account.call('POST', `/user/${user.id}/calendar`, options),
  at: (user, method, calendar, options) => user.account.call(method, `/user/calendar/${calendar}`, options),
};
const byUser: Doors = {
  create: (user, options) => user.call('POST', '/calendar', options),
  at: (user, method, calendar, options) => user.call(method, `/calendar/${calendar}`, options),
};

describe.each([
  ['the account', byAccount],
  ['the user', byUser],
])('by %s', (_, door) => {
  it('creates a calendar as sent, with weeks from Monday and no metadata by default', async () => {
    const user = await newUser();
    const plain = await door.create(user, { body: { timezone: 'UTC' } });
    expect(plain.status).toBe(201);
    const settings = { weekStart: 'Mon', timezone: 'UTC' };
    expect(plain.body).toEqual({ calendar: { id, userId: user.id, settings, metadata: {} } });
    const full = { timezone: 'Europe/Oslo', weekStart: 'Sun', metadata: { a: 'b' } };
    const { status, body } = await door.create(user, { body: full });
    expect(status).toBe(201);
    expect(body.calendar).toEqual({
      id,
      userId: user.id,
      settings: { weekStart: 'Sun', timezone: 'Europe/Oslo' },
      metadata: { a: 'b' },
    });
    for (const other of [byAccount, byUser]) {
      expect((await other.at(user, 'GET', body.calendar.id)).body).toEqual(body);
    }
  });

  it('gives the calendar to the caller, whatever the body says', async () => {
    const user = await newUser();
    const other = await user.account.newUser();
    const body = { timezone: 'UTC', userId: other.id, id: other.id, accountId: other.id };
    const { calendar } = (await door.create(user, { body })).body;
    expect(calendar.userId).toBe(user.id);
    expect(calendar.id).not.toBe(other.id);
  });

  it.each(['UTC', 'Etc/UTC', 'GMT', 'Asia/Calcutta', 'Asia/Kolkata', 'America/Buenos_Aires', 'US/Pacific'])(
    'returns the time zone %s as sent',
    async (timezone) => {
      const user = await newUser();
      const { status, body } = await door.create(user, { body: { timezone } });
      expect(status).toBe(201);
      expect(body.calendar.settings.timezone).toBe(timezone);
      expect((await door.at(user, 'GET', body.calendar.id)).body).toEqual(body);
    },
  );

  it('keeps absent fields in an update, and replaces metadata as a whole', async () => {
    const user = await newUser();
    const body = { timezone: 'Europe/Oslo', weekStart: 'Sun', metadata: { a: 'b', c: 'd' } };
    const { calendar } = (await door.create(user, { body })).body;
    const steps: [object | undefined, object][] = [
      [undefined, {}],
      [{}, {}],
      [{ settings: {} }, {}],
      [{ settings: { timezone: 'UTC' } }, { settings: { weekStart: 'Sun', timezone: 'UTC' } }],
      [{ settings: { weekStart: 2 } }, { settings: { weekStart: 'Wed', timezone: 'UTC' } }],
      [{ timezone: 'Asia/Tokyo' }, { settings: { weekStart: 'Wed', timezone: 'Asia/Tokyo' } }],
      [{ weekStart: 'Fri' }, { settings: { weekStart: 'Fri', timezone: 'Asia/Tokyo' } }],
      [
        { timezone: 'UTC', weekStart: 0, metadata: { e: 'f' } },
        { settings: { weekStart: 'Mon', timezone: 'UTC' }, metadata: { e: 'f' } },
      ],
      [{ metadata: {} }, { metadata: {} }],
      [{ userId: user.account.id, id: user.id }, {}],
    ];
    let expected = calendar;
    for (const [body, change] of steps) {
      expected = { ...expected, ...change };
      const reply = await door.at(user, 'PUT', calendar.id, { body });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ calendar: expected });
      expect((await door.at(user, 'GET', calendar.id)).body).toEqual(reply.body);
    }
  });

  it('returns the deleted calendar, and 404 from then on', async () => {
    const user = await newUser();
    const stays = await user.newCalendar();
    const { calendar } = (await door.create(user, { body: { timezone: 'UTC', metadata: { a: 'b' } } })).body;
    const gone = await door.at(user, 'DELETE', calendar.id);
    expect(gone.status).toBe(200);
    expect(gone.body).toEqual({ calendar });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const other of [byAccount, byUser]) {
        expectProblem(await other.at(user, method, calendar.id), 'not-found');
      }
    }
    expect(await countOf('calendar_metadata', user.account.id)).toBe(0);
    expect((await door.at(user, 'GET', stays)).status).toBe(200);
  });
});

it('prefers the settings object to fields at the top level', async () => {
  const user = await newUser();
  const body = { timezone: 'Asia/Tokyo', settings: { timezone: 'Europe/Oslo' }, weekStart: 'Sun' };
  const reply = await user.call('PUT', `/calendar/${await user.newCalendar()}`, { body });
  expect(reply.body.calendar.settings).toEqual({ timezone: 'Europe/Oslo', weekStart: 'Sun' });
});

it('lets the account read the calendars of all its users', async () => {
  const account = await newAccount();
  for (const user of [await account.newUser(), await account.newUser()]) {
    const calendar = await user.newCalendar();
    const reply = await account.call('GET', `/user/calendar/${calendar}`);
    expect(reply).toMatchObject({ status: 200, body: { calendar: { id: calendar, userId: user.id } } });
  }
});
