/** Time zones by city: the names that the element accepts, and the search. */
import { expect, it } from 'vitest';
import { cityOf, offsetOf, searchZones, zoneChoices, zoneNamed } from '../../src/elements/zones.ts';

const WINTER = Date.parse('2030-01-15T12:00Z');
const SUMMER = Date.parse('2030-07-15T12:00Z');

it.each([
  ['Europe/Oslo', 'Europe/Oslo'],
  ['europe/oslo', 'Europe/Oslo'],
  ['EUROPE/OSLO', 'Europe/Oslo'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['Etc/GMT+5', 'Etc/GMT+5'],
  ['utc', 'UTC'],
])('reads %s as %s', (name, zone) => {
  expect(zoneNamed(name)).toBe(zone);
});

it.each([undefined, '', 'Etc/Unknown', 'PST', 'EST', 'CET', '+01:00', 'Europe/Nowhere', 'Oslo'])(
  'does not accept %s',
  (name) => {
    expect(zoneNamed(name)).toBeUndefined();
  },
);

it.each([
  ['America/Argentina/Buenos_Aires', 'Buenos Aires'],
  ['Asia/Calcutta', 'Kolkata'],
  ['UTC', 'UTC'],
])('names the city of %s', (zone, city) => {
  expect(cityOf(zone)).toBe(city);
});

it('has the offset at a time', () => {
  expect(offsetOf('Europe/Oslo', WINTER)).toBe('GMT+1');
  expect(offsetOf('Europe/Oslo', SUMMER)).toBe('GMT+2');
  expect(offsetOf('Asia/Kathmandu', WINTER)).toBe('GMT+5:45');
});

it.each([
  ['oslo', 'Oslo (GMT+1)'],
  ['Buenos  aires', 'Buenos Aires (GMT-3)'],
  ['kolkata', 'Kolkata (GMT+5:30)'],
  ['europe paris', 'Paris (GMT+1)'],
  ['utc+5:45', 'Kathmandu (GMT+5:45)'],
  ['são paulo', 'Sao Paulo (GMT-3)'],
])('finds %j', (search, text) => {
  const found = searchZones(zoneChoices('Europe/Oslo', WINTER), search);
  expect(found.map((choice) => choice.text)).toContain(text);
  expect(found.length).toBeLessThan(5);
});

it('lists the zones from west to east, and the own one among them', () => {
  const texts = zoneChoices('Etc/GMT+12', WINTER).map(({ text }) => text);
  expect(texts[0]).toBe('GMT+12 (GMT-12)');
  expect(texts.indexOf('St Johns (GMT-3:30)')).toBeLessThan(texts.indexOf('Sao Paulo (GMT-3)'));
  expect(texts.at(-1)).toBe('Kiritimati (GMT+14)');
});
