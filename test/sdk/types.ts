/** The types of the SDK: code that must compile, and code that must not. `tsc -p test/sdk` checks it; nothing runs it. */
import type { JWTPayload } from 'jose';
import type * as published from '../../src/sdk/index.ts';
import {
  type Answer,
  type AnswerProblem,
  type Availability,
  type BookingSlot,
  BusyCalendarProvider,
  type Calendar,
  type CalendarEvent,
  type CalendarResult,
  type CalendarsPage,
  type ChangeOptions,
  type CreateEvent,
  type CreateOptions,
  config,
  Frequency,
  Frequenzy,
  type Inspection,
  type List,
  type MultiPerson,
  NettuClient,
  NettuNetworkError,
  NettuProblem,
  NettuTimeoutError,
  NettuUserClient,
  Permissions,
  type Problem,
  type ReadOptions,
  type Recurrence,
  type RequestOptions,
  type Schedule,
  type ScheduleRule,
  ScheduleRuleVariant,
  type SchedulerClaims,
  type SchedulerPolicy,
  type ServiceWithUsers,
  unwrap,
  Weekday,
  type WeekStart,
} from '../../src/sdk/index.ts';

const client: NettuClient = NettuClient({ apiKey: 'sk_1' });
const user: NettuUserClient = NettuUserClient({ token: 'a.b.c', nettuAccount: 'acc' });

// ------------------------------------------------------------------------------------------------- clients

NettuClient();
NettuClient({
  nettuAccount: 'acc',
  baseUrl: 'https://scheduler.test/api/v1',
  fetch,
  timeout: 5000,
  retries: 0,
});
NettuUserClient({ token: async () => 'a.b.c', nettuAccount: 'acc' });
config.baseUrl = 'https://scheduler.test/api/v1';

// @ts-expect-error nettuAccount is required
NettuUserClient({ token: 'a.b.c' });
// @ts-expect-error the token may be undefined
NettuUserClient({ token: undefined, nettuAccount: 'acc' });
// @ts-expect-error a token is a string
NettuUserClient({ token: async () => ({ token: 'a.b.c' }), nettuAccount: 'acc' });
// @ts-expect-error a typo of apiKey
NettuClient({ apikey: 'sk_1' });
// @ts-expect-error only the account client has it
user.account;
// @ts-expect-error the token names the user
void user.calendar.create('u1', { timezone: 'UTC' });
// @ts-expect-error a user cannot search all of the account's calendars
user.calendar.findByMeta;

// -------------------------------------------------------------------------------------------------- claims

const claims = {
  nettuSchedulerUserId: 'u1',
  exp: 5609418990073,
  iat: 19,
  schedulerPolicy: { allow: [Permissions.All], reject: [Permissions.DeleteCalendar, 'UpdateCalendar'] },
} satisfies SchedulerClaims;
export const payload: JWTPayload = claims;
export const declared = (value: SchedulerClaims): JWTPayload => value;

export const policy: SchedulerPolicy = { allow: ['*'], reject: [Permissions.CreateSchedule] };
export const permissions: Permissions[] = [Permissions.All, 'CreateCalendar'];

// @ts-expect-error exp is required
export const eternal: SchedulerClaims = { nettuSchedulerUserId: 'u1' };
// @ts-expect-error exp is in seconds, as a number
export const dated: SchedulerClaims = { nettuSchedulerUserId: 'u1', exp: new Date() };
// @ts-expect-error a typo of nettuSchedulerUserId
export const misspelt = { nettuUserId: 'u1', exp: 1 } satisfies SchedulerClaims;
// @ts-expect-error the permission does not exist
export const unknown: SchedulerPolicy = { allow: ['ReadCalendar'] };
// @ts-expect-error the list does not exist
export const denied: SchedulerPolicy = { deny: ['*'] };
// @ts-expect-error the permission does not exist
Permissions.ReadCalendar;

// --------------------------------------------------------------------------------------------- request bodies

export const weekStarts: WeekStart[] = ['Mon', 'Sun', 0, 6];
// @ts-expect-error 0 is Monday and 6 is Sunday
export const eighth: WeekStart = 7;
// @ts-expect-error a weekday has three letters
export const monday: WeekStart = 'Monday';

export const rule: Recurrence = {
  freq: Frequency.Monthly,
  interval: 1,
  byweekday: ['Mon', '1Mon', '-1Fri'],
  bymonth: ['January', 'December'],
};
export const oldRule: Recurrence = { freq: Frequenzy.Daily, interval: 1, bymonth: [1, 12], count: undefined };
// @ts-expect-error the frequency does not exist
export const hourly: Recurrence = { freq: 'hourly', interval: 1 };
// @ts-expect-error the number comes first
export const backwards: Recurrence = { freq: 'monthly', interval: 1, byweekday: ['Mon1'] };

export async function requests(event: CalendarEvent) {
  await client.calendar.create('u1', { timezone: 'UTC', weekStart: undefined });
  await user.calendar.update('c1', { timezone: 'UTC', weekStart: 6 });
  await user.calendar.update('c1', { settings: { weekStart: 'Sun' }, metadata: { a: 'b' } });
  await user.calendar.getEvents('c1', { startTs: 0, endTs: 1 });
  await user.calendar.getEvents('c1', 0, 1);
  await user.events.update(event.id, { recurrence: event.recurrence, busy: undefined });
  await user.events.update(event.id, { recurrence: null, exdates: [...event.exdates, 1] });
  await client.account.setPublicSigningKey();
  await client.user.revokeTokens('u1', null);

  // @ts-expect-error timezone is required
  await client.calendar.create('u1', {});
  // @ts-expect-error a typo of timezone
  await client.calendar.create('u1', { timeZone: 'UTC' });
  // @ts-expect-error metadata has string values
  await client.user.create({ metadata: { age: 42 } });
  // @ts-expect-error the end is required
  await user.calendar.getEvents('c1', 0);
  // @ts-expect-error an event cannot move to another calendar
  await user.events.update(event.id, { calendarId: 'c2' });
  const single: CreateEvent = { calendarId: 'c1', startTs: 0, duration: 1, recurrence: null };
  // @ts-expect-error the state does not exist
  await client.account.keys.setState('k1', { state: 'paused' });
  return single;
}

// ------------------------------------------------------------------------------------------------- scheduling

/** Code for earlier versions of this package. */
export const allDay = [Weekday.Mon, Weekday.Sun].map((value) => ({
  variant: { type: ScheduleRuleVariant.WDay, value },
  intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 23, minutes: 59 } }],
}));
export const weekday: Weekday = 'Mon';
export const firstDay: WeekStart = Weekday.Mon;
export const provider: BusyCalendarProvider = BusyCalendarProvider.Google;
export const closed: ScheduleRule = { variant: { type: 'Date', value: '2030-01-31' }, intervals: [] };
export const shares: MultiPerson[] = [
  { variant: 'roundRobinAlgorithm', data: 'equalDistribution' },
  { variant: 'collective' },
  { variant: 'group', data: 8 },
];
export const byDefault: ScheduleRuleVariant = ScheduleRuleVariant.Date;

// @ts-expect-error the weekday does not exist
export const holiday: ScheduleRule = { variant: { type: 'WDay', value: 'Hol' }, intervals: [] };
// @ts-expect-error the variant does not exist
export const monthly: ScheduleRuleVariant = 'Month';
// @ts-expect-error the number of seats is required
export const crowd: MultiPerson = { variant: 'group' };
// @ts-expect-error the algorithm does not exist
export const lottery: MultiPerson = { variant: 'roundRobinAlgorithm', data: 'random' };
// @ts-expect-error the id of the schedule is required
export const nowhere: Availability = { variant: 'Schedule' };

export async function scheduling(own: Schedule, slot: BookingSlot) {
  const dates = { startDate: '2030-01-31', endDate: '2030-01-31', duration: 3_600_000, interval: 900_000 };
  await user.schedule.create({ timezone: 'UTC', rules: allDay });
  await user.schedule.update(own.id, { rules: [...own.rules, closed] });
  await client.schedule.find(own.id);
  await client.service.create();
  await client.service.addUser('s1', { userId: 'u1', availability: { variant: 'Schedule', id: own.id } });
  await client.service.updateUserInService('s1', { userId: 'u1', furthestBookingTime: null });
  await client.service.addBusyCalendar({ serviceId: 's1', userId: 'u1', calendar: { provider, id: 'c1' } });
  await user.service.getBookingslots('s1', { ...dates, ianaTz: 'Europe/Oslo', userIds: slot.userIds });
  await NettuClient({ nettuAccount: 'acc' }).service.getBookingslots('s1', { ...dates, timezone: 'UTC' });
  await user.booking.create('s1', { startTs: slot.start, duration: slot.duration, holdFor: 10 });
  await client.account.updateSettings({ publicBooking: false });

  const found: ServiceWithUsers = await unwrap(client.service.find('s1'));
  const { service } = await unwrap(client.service.create({ metadata: {} }));
  const { booking } = await unwrap(user.booking.confirm('b1'));
  const state: 'held' | 'confirmed' | 'cancelled' = booking.state;
  const availability: Availability | undefined = found.users[0]?.availability;

  // @ts-expect-error only find returns the hosts
  service.users;
  // @ts-expect-error find returns the service itself
  found.service;
  // @ts-expect-error an empty availability has no id
  if (availability?.variant === 'Empty') availability.id;
  // @ts-expect-error the token names the user
  await user.schedule.create('u1', { timezone: 'UTC' });
  // @ts-expect-error a user cannot search all of the account's schedules
  user.schedule.findByMeta;
  // @ts-expect-error only the account creates services
  user.service.create;
  // @ts-expect-error the account client has ofService
  client.booking.list;
  // @ts-expect-error the user client has list
  user.booking.ofService;
  // @ts-expect-error userId is required
  await client.service.updateUserInService('s1', { bufferAfter: 15 });
  // @ts-expect-error interval is required
  await user.service.getBookingslots('s1', { startDate: '2030-1-1', endDate: '2030-1-1', duration: 1 });
  // @ts-expect-error dates are strings
  await user.service.getBookingslots('s1', { ...dates, startDate: new Date() });
  // @ts-expect-error a booking cannot become held
  await user.booking.update('b1', { state: 'held' });
  // @ts-expect-error the start is a number
  await user.booking.move('b1', '2030-01-31');
  // @ts-expect-error duration is required
  await user.booking.create('s1', { startTs: slot.start });
  // @ts-expect-error the setting does not exist
  await client.account.updateSettings({ publicCalendar: true });
  return state;
}

/** Values of the published SDK's types, under their names there. */
export const byPublishedNames: [
  published.INettuClient,
  published.INettuUserClient,
  published.RRuleOptions,
  published.CalendarEventInstance,
  published.Time,
  published.ScheduleRuleInterval,
  published.TimePlan,
  published.IntegrationProvider,
  published.GoogleCalendarAccessRole,
  published.OutlookCalendarAccessRole,
] = [
  client,
  user,
  { freq: Frequenzy.Weekly, interval: 1, bymonth: [1], until: 0 },
  { startTs: 0, endTs: 1, busy: true },
  { hours: 9, minutes: 0 },
  { start: { hours: 9, minutes: 0 }, end: { hours: 17, minutes: 30 } },
  { variant: 'Calendar', id: 'c1' },
  'google',
  'freeBusyReader',
  'writer',
];
export const publishedShapes = (
  host: published.UserServiceResource,
  google: published.GoogleCalendarListEntry,
  outlook: published.OutlookCalendar,
) => [host.userId, host.closestBookingTime, google.access_role, outlook.hexColor];

// -------------------------------------------------------------------------------------------------- options

export async function limits({ signal }: AbortController, options: RequestOptions) {
  await user.user.me({ signal, timeout: 5000 });
  await user.calendar.getEvents('c1', { startTs: 0, endTs: 1 }, { signal });
  await user.calendar.getEvents('c1', 0, 1, options);
  await client.user.findByMeta({ key: 'k', value: 'v' }, 0, 20, options);
  await client.user.create(undefined, { signal: undefined, timeout: undefined });
  await client.account.setPublicSigningKey(null, options);

  // @ts-expect-error timeout is a number
  await user.user.me({ timeout: '5s' });
  // @ts-expect-error signal is not a controller
  await user.user.me({ signal: new AbortController() });
  // @ts-expect-error a typo of timeout
  await user.user.me({ timeOut: 5000 });
  // @ts-expect-error the second argument is the data
  await user.calendar.update('c1', { signal });
  // @ts-expect-error options come after the page
  await client.user.findByMeta({ key: 'k', value: 'v' }, { signal });
}

export async function preconditions(changes: ChangeOptions, creations: CreateOptions) {
  const earlier = await user.calendar.findById('c1');
  const reads: ReadOptions<CalendarResult> = { ifNoneMatch: earlier };
  await user.calendar.findById('c1', { ...reads, retries: 0 });
  await user.calendar.findById('c1', {
    ifNoneMatch: { data: await unwrap(user.calendar.findById('c1')), etag: '1' },
  });
  await user.calendar.update('c1', { timezone: 'UTC' }, { ifMatch: earlier.etag, timeout: 5000 });
  await user.calendar.remove('c1', changes);
  await user.calendar.create({ timezone: 'UTC' }, creations);
  await client.user.create({}, { idempotencyKey: 'order 42' });

  // @ts-expect-error an etag without its data
  await user.calendar.findById('c1', { ifNoneMatch: earlier.etag });
  // @ts-expect-error the answer of another resource
  await user.calendar.findById('c1', { ifNoneMatch: await user.user.me() });
  // @ts-expect-error ifNoneMatch is only for reads
  await user.calendar.update('c1', {}, { ifNoneMatch: earlier });
  // @ts-expect-error ifMatch is not for reads
  await user.calendar.findById('c1', { ifMatch: '*' });
  // @ts-expect-error ifMatch is not for creations
  await user.calendar.create({ timezone: 'UTC' }, { ifMatch: '*' });
  // @ts-expect-error idempotencyKey is only for creations
  await user.calendar.update('c1', {}, { idempotencyKey: 'k' });
  // @ts-expect-error an inspection creates nothing
  await client.account.keys.inspect('a.b.c', { idempotencyKey: 'k' });
  // @ts-expect-error retries is a number
  await user.user.me({ retries: false });
}

// ---------------------------------------------------------------------------------------------------- lists

export async function lists(options: RequestOptions) {
  const list: List<CalendarsPage, Calendar> = user.calendar.list({ limit: 50, order: 'desc' }, options);
  const answer: Answer<CalendarsPage> = await list;
  const promised: Promise<Answer<CalendarsPage>> = list;
  const { users, nextCursor } = await unwrap(client.user.list({ metadata: { plan: 'free' } }));
  for await (const calendar of client.calendar.list(users[0]?.id ?? '')) calendar.settings.timezone;
  for await (const event of client.events.list('u1', {}, options)) event.recurrence;
  for await (const schedule of user.schedule.list()) schedule.rules;
  for await (const service of client.service.list({ cursor: nextCursor ?? undefined })) service.multiPerson;
  for await (const page of list.pages()) page.calendars.length;
  const first: Calendar[] = await list.toArray({ limit: 10 });

  // @ts-expect-error the user's id is required
  client.calendar.list();
  // @ts-expect-error the token names the user
  user.calendar.list('u1');
  // @ts-expect-error a user cannot list the account's users
  user.user.list;
  // @ts-expect-error a user cannot list the account's services
  user.service.list;
  // @ts-expect-error the order does not exist
  user.events.list({ order: 'newest' });
  // @ts-expect-error options come after the page
  user.events.list({ signal: undefined });
  // @ts-expect-error the list yields items, not pages
  for await (const calendar of list) calendar.nextCursor;
  // @ts-expect-error a list is async
  for (const calendar of list) calendar.id;
  return [answer, promised, first];
}

// -------------------------------------------------------------------------------------------------- answers

export async function answers(): Promise<string> {
  const answer: Answer<{ calendar: { settings: { weekStart: string } } }> =
    await user.calendar.findById('c1');
  const { data, error, res, status } = answer;
  res.headers.get('retry-after');
  const texts: (string | undefined)[] = [answer.etag, answer.requestId, error?.requestId];
  // @ts-expect-error the etag may be undefined
  answer.etag.length;
  if (texts.includes('r1')) return '';
  if (status === 401 && error?.code === 'policy-denied') return error.detail;
  if (error?.code === 'unexpected-answer') return error.title;
  // @ts-expect-error the code does not exist
  if (error?.code === 'forbidden') return error.title;
  // @ts-expect-error the data may be undefined
  data.calendar;
  return data?.calendar.settings.weekStart ?? '';
}

export async function unwrapped(): Promise<string[]> {
  const { calendar } = await unwrap(user.calendar.findById('c1'));
  const { events } = unwrap(await user.calendar.getEvents('c1', 0, 1));
  // @ts-expect-error unwrap of a promise returns a promise
  unwrap(user.user.me()).user;
  // @ts-expect-error data is not an answer
  unwrap(calendar);
  return events.map(({ event }) => calendar.id + event.id);
}

export async function thrown(): Promise<AnswerProblem | undefined> {
  const { error } = await user.user.me();
  if (error) throw error;
  try {
    await unwrap(user.user.me());
  } catch (caught) {
    if (caught instanceof NettuProblem) return caught.toJSON();
    // @ts-expect-error only a problem has a code
    if (caught instanceof NettuTimeoutError) return caught.code;
  }
  // @ts-expect-error code is readonly
  error.code = 'not-found';
  return error;
}

export const inspected = (inspection: Inspection) => inspection.permissions.CreateCalendar.because;
// @ts-expect-error the star is not a permission of its own
export const star = (inspection: Inspection) => inspection.permissions['*'];
// @ts-expect-error only the client returns this code
export const foreign: Problem['code'] = 'unexpected-answer';

export const isOffline = (error: unknown): boolean => error instanceof NettuNetworkError && !!error.cause;
