/** Every route with metadata in its body rejects metadata that the database cannot store exactly. */
import { expect, it } from 'vitest';
import { NOBODY } from '../support/nobody.ts';
import { expectInvalidBody, MARK, membersOf, routesWhere } from '../support/parse.ts';

const routes = routesWhere(({ does }) => membersOf(does.body).includes('metadata'));
/** The required members of these bodies. */
const beside = { timezone: 'UTC', calendarId: NOBODY, startTs: 0, originalStartTs: 0, duration: 3_600_000 };
const bodyWith = (metadata: string) => `${JSON.stringify(beside).slice(0, -1)},"metadata":${metadata}}`;

const many = JSON.stringify(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, `v${i}`])));
const refused: Record<string, [text: string, path: string]> = {
  '65 entries': [many, 'metadata'],
  'an empty key': [`{"":"${MARK}"}`, 'metadata'],
  'a key of 129 characters': [JSON.stringify({ ['k'.repeat(129)]: MARK }), 'metadata'],
  'a value of 4097 characters': [JSON.stringify({ a: MARK.padEnd(4097, 'v') }), 'metadata.a'],
  'NUL in a key': [`{"a\\u0000":"${MARK}"}`, 'metadata'],
  'NUL in a value': [`{"a":"${MARK}\\u0000"}`, 'metadata.a'],
  'a lone high surrogate in a key': [`{"a\\ud800":"${MARK}"}`, 'metadata'],
  'a lone low surrogate in a key': [`{"\\udc00a":"${MARK}"}`, 'metadata'],
  'a lone high surrogate in a value': [`{"a":"${MARK}\\ud83d"}`, 'metadata.a'],
  'a lone low surrogate in a value': [`{"a":"\\ude00${MARK}"}`, 'metadata.a'],
  'surrogates the wrong way round': [`{"a":"\\ude00\\ud83d${MARK}"}`, 'metadata.a'],
  'a value under __proto__ that is not a string': [`{"__proto__":{"${MARK}":"x"}}`, 'metadata.__proto__'],
  'a value under constructor that is not a string': ['{"constructor":1}', 'metadata.constructor'],
  'a number, instead of a string': ['{"a":15}', 'metadata.a'],
  'null, instead of no entry': ['{"a":null}', 'metadata.a'],
  true: ['{"a":true}', 'metadata.a'],
  'a list': ['{"a":["b"]}', 'metadata.a'],
  'an object': ['{"a":{"b":"c"}}', 'metadata.a'],
  'a string as metadata': [`"${MARK}"`, 'metadata'],
  'a number as metadata': ['5', 'metadata'],
  'a list as metadata': ['["a"]', 'metadata'],
  'a list of pairs as metadata': ['[["a","b"]]', 'metadata'],
  '5,000 entries that are not strings': [
    `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":1`)}}`,
    'metadata',
  ],
};

it('14 routes accept metadata: the creation and the update of six resources, a split, and an occurrence', () => {
  expect(routes).toHaveLength(14);
});

it.each(Object.entries(refused))('rejects %s', async (_, [text, path]) => {
  for (const route of routes) await expectInvalidBody(route, bodyWith(text), path);
});

it('names every invalid value in one answer', async () => {
  for (const route of routes) {
    await expectInvalidBody(route, bodyWith('{"a":1,"b":"fine","c":null}'), 'metadata.a', 'metadata.c');
  }
});
