/** The story of the README with a generated client: openapi-fetch and the types that openapi-typescript made. */
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/types.ts';

declare const process: { argv: string[] };
const [, , baseUrl = '', code = ''] = process.argv;
const HOUR_MS = 3_600_000;
const PERIOD = { startTs: Date.parse('2030-04-01T00:00:00Z'), endTs: Date.parse('2030-04-15T00:00:00Z') };

const clientWith = (headers: Record<string, string>) => createClient<paths>({ baseUrl, headers });

/** The data of an answer. */
async function succeeds<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

function expectEqual(name: string, actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${name} is ${found}, not ${wanted}`);
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** A pair of keys: the public one in PEM, and a function that signs the token of a user. */
async function newKeys() {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const der = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END PUBLIC KEY-----\n`;
  const encoded = (value: object) => base64url(new TextEncoder().encode(JSON.stringify(value)));
  const sign = async (nettuSchedulerUserId: string) => {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      nettuSchedulerUserId,
      iat: seconds,
      exp: seconds + 600,
      schedulerPolicy: { allow: ['*'] },
    };
    const signed = `${encoded({ alg: 'RS256' })}.${encoded(claims)}`;
    const signature = await crypto.subtle.sign(algorithm.name, privateKey, new TextEncoder().encode(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  };
  return { pem, sign };
}

const { account, secretApiKey } = await succeeds(clientWith({}).POST('/account', { body: { code } }));
const backend = clientWith({ 'x-api-key': secretApiKey });
const keys = await newKeys();
await succeeds(backend.PUT('/account/pubkey', { body: { publicJwtKey: keys.pem } }));
// A body with optional members only may be absent.
const { user } = await succeeds(backend.POST('/user'));
const userId = user.id;
const client = clientWith({
  authorization: `Bearer ${await keys.sign(userId)}`,
  'nettu-account': account.id,
});

// The first day of the week by number, and the other members by their defaults.
const { calendar } = await succeeds(
  client.POST('/calendar', { body: { timezone: 'Europe/Oslo', weekStart: 6 } }),
);
expectEqual('the first day of the week', calendar.settings.weekStart, 'Sun');
const calendarId = calendar.id;
const startTs = Date.parse('2030-04-02T09:00:00+02:00');
const { event } = await succeeds(
  client.POST('/events', {
    body: {
      calendarId,
      startTs,
      duration: HOUR_MS,
      busy: true,
      recurrence: { freq: 'weekly', interval: 1, byweekday: ['Tue'] },
    },
  }),
);
const { instances } = await succeeds(
  client.GET('/events/{eventId}/instances', { params: { path: { eventId: event.id }, query: PERIOD } }),
);
expectEqual('the instances', instances.length, 2);
const anonymous = clientWith({ 'nettu-account': account.id });
const { busy } = await succeeds(
  anonymous.GET('/user/{userId}/freebusy', { params: { path: { userId }, query: PERIOD } }),
);
expectEqual('free/busy', busy[0]?.startTs, startTs);

const hours = { start: { hours: 9, minutes: 0 }, end: { hours: 12, minutes: 0 } };
const { schedule } = await succeeds(
  client.POST('/schedule', {
    body: {
      timezone: 'Europe/Oslo',
      rules: [{ variant: { type: 'WDay', value: 'Wed' }, intervals: [hours] }],
    },
  }),
);
const { service } = await succeeds(
  backend.POST('/service', { body: { multiPerson: { variant: 'collective' } } }),
);
const serviceId = service.id;
await succeeds(
  backend.POST('/service/{serviceId}/users', {
    params: { path: { serviceId } },
    body: { userId, availability: { variant: 'Schedule', id: schedule.id }, bookingCalendarId: calendarId },
  }),
);
const { dates } = await succeeds(
  anonymous.GET('/service/{serviceId}/booking', {
    params: {
      path: { serviceId },
      query: { startDate: '2030-04-03', endDate: '2030-04-03', duration: HOUR_MS, interval: HOUR_MS },
    },
  }),
);
expectEqual('the slots', dates[0]?.slots.length, 3);
const slot = dates[0]?.slots[0]?.start ?? 0;
const { booking } = await succeeds(
  client.POST('/service/{serviceId}/booking', {
    params: { path: { serviceId } },
    body: { startTs: slot, duration: HOUR_MS, holdFor: 10 },
  }),
);
const ofBooking = { params: { path: { bookingId: booking.id } } };
await succeeds(client.PUT('/booking/{bookingId}', { ...ofBooking, body: { state: 'confirmed' } }));
const moved = await succeeds(
  client.PUT('/booking/{bookingId}', { ...ofBooking, body: { startTs: slot + HOUR_MS } }),
);
expectEqual('the booking', [moved.booking.state, moved.booking.startTs], ['confirmed', slot + HOUR_MS]);
await succeeds(client.DELETE('/booking/{bookingId}', ofBooking));

const missing = await backend.GET('/booking/{bookingId}', {
  params: { path: { bookingId: crypto.randomUUID() } },
});
const wanted: components['schemas']['Problem']['code'] = 'not-found';
expectEqual('the problem', missing.error?.code, wanted);

const lines = await succeeds(backend.GET('/account/export', { parseAs: 'text' }));
const last = JSON.parse(lines.trim().split('\n').at(-1) ?? '') as components['schemas']['ExportLine'];
expectEqual('the last line of the export', last.type, 'end');
