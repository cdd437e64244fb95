/** Validation of the fields of a service and its hosts: each error names its path. */
import { it } from 'vitest';
import { NOBODY } from '../../support/nobody.ts';
import { expectInvalidBody, MARK, NUMBER } from '../../support/parse.ts';

it.each([
  ...[5, MARK, []].map((value) => [value, Array.isArray(value) ? 'multiPerson.variant' : 'multiPerson']),
  ...[undefined, null, 5, MARK, 'Collective', 'roundrobinalgorithm'].map((variant) => [
    { variant, data: 'availability' },
    'multiPerson.variant',
  ]),
  ...[undefined, null, 5, MARK, 'Availability', {}].map((data) => [
    { variant: 'roundRobinAlgorithm', data },
    'multiPerson.data',
  ]),
  ...[undefined, null, 0, -1, 1.5, 10_001, NUMBER, '2', MARK, [2]].map((data) => [
    { variant: 'group', data },
    'multiPerson.data',
  ]),
] as [unknown, string][])('rejects the kind %j', async (multiPerson, path) => {
  await expectInvalidBody('createService', { multiPerson }, path);
  await expectInvalidBody('changeService', { multiPerson }, path);
});

const TEN_YEARS = 5_270_400;
const noUuid = NOBODY.replace(/^0/, 'G');
type Fault = [body: Record<string, unknown>, ...paths: string[]];
const all = (field: string, ...values: unknown[]): Fault[] =>
  values.map((value) => [{ [field]: value }, field]);
const bad = [-1, 1.5, '5', MARK, true, [], {}];

const faults: Fault[] = [
  ...all('bufferBefore', 721, ...bad),
  ...all('bufferAfter', 721, ...bad),
  ...all('closestBookingTime', TEN_YEARS + 1, ...bad),
  ...all('furthestBookingTime', TEN_YEARS + 1, ...bad),
  ...all('bookingCalendarId', 5, '', MARK, noUuid, `${NOBODY} `, [NOBODY], {}, true),
  ...all('availability', 5, MARK, NOBODY),
  ...[undefined, null, 5, MARK, 'calendar', 'empty'].map(
    (variant): Fault => [{ availability: { variant, id: NOBODY } }, 'availability.variant'],
  ),
  ...['Calendar', 'Schedule'].flatMap((variant) =>
    [undefined, null, 5, '', MARK, noUuid, [NOBODY]].map(
      (id): Fault => [{ availability: { variant, id } }, 'availability.id'],
    ),
  ),
  [
    { bufferBefore: -1, bufferAfter: 721, closestBookingTime: 'x' },
    'bufferBefore',
    'bufferAfter',
    'closestBookingTime',
  ],
];

it.each(faults.map((fault) => [JSON.stringify(fault[0]), fault] as const))(
  'rejects a host with %s',
  async (_, [settings, ...paths]) => {
    await expectInvalidBody('addHost', { userId: NOBODY, ...settings }, ...paths);
    await expectInvalidBody('changeHost', settings, ...paths);
  },
);

it.each([undefined, null, 5, '', MARK, noUuid, [NOBODY]])('rejects the userId %j', async (userId) => {
  await expectInvalidBody('addHost', { userId }, 'userId');
});

it.each(['addBusyCalendar', 'removeBusyCalendar'] as const)(
  '%s rejects an invalid provider, id and calendar',
  async (route) => {
    for (const provider of [undefined, null, 5, MARK, 'nettu', '', []]) {
      await expectInvalidBody(route, { busy: { provider, id: NOBODY } }, 'busy.provider');
    }
    for (const id of [undefined, null, 5, [], {}]) {
      await expectInvalidBody(route, { busy: { provider: 'Nettu', id } }, 'busy.id');
    }
    for (const busy of [undefined, null, 5, MARK, [], NOBODY]) {
      await expectInvalidBody(route, { busy }, 'busy');
    }
  },
);
