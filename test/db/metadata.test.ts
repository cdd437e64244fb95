/** Metadata is kept exactly as it was sent, by every resource that has some. `validation/metadata.test.ts` has what is refused. */
import { describe, expect, it } from 'vitest';
import { type Account, newAccount, type Reply } from '../support/client.ts';

const headers = { 'content-type': 'application/json' };

/** Sends the JSON text as metadata of something new and of something that is there. */
interface Place {
  name: string;
  meta: string;
  create: (account: Account) => Promise<{ path: string }>;
  update: (id: string) => string;
  extra: string;
}
const places: Place[] = [
  {
    name: 'user',
    meta: '/user/meta',
    create: async () => ({ path: '/user' }),
    update: (id) => `/user/${id}`,
    extra: '',
  },
  {
    name: 'calendar',
    meta: '/calendar/meta',
    create: async (account) => ({ path: `/user/${(await account.newUser()).id}/calendar` }),
    update: (id) => `/user/calendar/${id}`,
    extra: '"timezone":"UTC",',
  },
  {
    name: 'schedule',
    meta: '/schedule/meta',
    create: async (account) => ({ path: `/user/${(await account.newUser()).id}/schedule` }),
    update: (id) => `/user/schedule/${id}`,
    extra: '"timezone":"UTC",',
  },
  {
    name: 'service',
    meta: '/service/meta',
    create: async () => ({ path: '/service' }),
    update: (id) => `/service/${id}`,
    extra: '',
  },
];

const EMPTY = '{}';
/** JSON texts, and what they hold. */
const kept: Record<string, [text: string, entries: [string, string][]]> = {
  'names of objects’ own members': [
    '{"__proto__":"a","constructor":"b","prototype":"c","toString":"d","hasOwnProperty":"e","__defineGetter__":"f"}',
    [
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['prototype', 'c'],
      ['toString', 'd'],
      ['hasOwnProperty', 'e'],
      ['__defineGetter__', 'f'],
    ],
  ],
  'escapes in keys and values': [
    String.raw`{"a\"b\\c\/d":"e\"f\\g\/h","\b\f\n\r\t":"\b\f\n\r\t","\u0041\u00e9":"\u0001\u001f\u007f"}`,
    [
      ['a"b\\c/d', 'e"f\\g/h'],
      ['\b\f\n\r\t', '\b\f\n\r\t'],
      ['A\u00e9', '\u0001\u001f\u007f'],
    ],
  ],
  'emoji, as such and escaped': [
    String.raw`{"👩‍👩‍👧":"🇳🇴","\ud83d\ude00":"\ud83d\ude01"}`,
    [
      ['👩‍👩‍👧', '🇳🇴'],
      ['😀', '😁'],
    ],
  ],
  'two spellings of one letter, apart': [
    '{"caf\u00e9":"nfc","cafe\u0301":"nfd"}',
    [
      ['caf\u00e9', 'nfc'],
      ['cafe\u0301', 'nfd'],
    ],
  ],
  'separators, marks and noncharacters': [
    '{"\u2028\u2029\ufeff\u200f":"\uffff\ufffe\ufffd\u{10ffff}"}',
    [['\u2028\u2029\ufeff\u200f', '\uffff\ufffe\ufffd\u{10ffff}']],
  ],
  'what looks like something else': [
    '{"1":"null","$.a":"{\\"a\\":1}","a.b[0]":"1e5"," ":" ","\'":"\'; DROP TABLE users; --","%":"_"}',
    [
      ['1', 'null'],
      ['$.a', '{"a":1}'],
      ['a.b[0]', '1e5'],
      [' ', ' '],
      ["'", "'; DROP TABLE users; --"],
      ['%', '_'],
    ],
  ],
  'of a repeated key the last value': ['{"a":"first","a":"last"}', [['a', 'last']]],
  'the longest key, the longest value and the empty value': [
    JSON.stringify({ ['k'.repeat(128)]: 'v'.repeat(4096), empty: '' }),
    [
      ['k'.repeat(128), 'v'.repeat(4096)],
      ['empty', ''],
    ],
  ],
  'one character': ['{"a":"b"}', [['a', 'b']]],
  '64 entries': [
    JSON.stringify(Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, `v${i}`]))),
    Array.from({ length: 64 }, (_, i) => [`k${i}`, `v${i}`]),
  ],
};

describe.each(places.map((place) => [place.name, place] as const))('of a %s', (name, place) => {
  const post = async (account: Account, text: string): Promise<Reply> => {
    const { path } = await place.create(account);
    return account.call('POST', path, { raw: `{${place.extra}"metadata":${text}}`, headers });
  };
  const put = (account: Account, id: string, text: string): Promise<Reply> =>
    account.call('PUT', place.update(id), { raw: `{"metadata":${text}}`, headers });

  it.each(Object.entries(kept))('keeps exactly: %s', async (_, [text, entries]) => {
    const account = await newAccount();
    const sorted = [...entries].sort();
    const made = await post(account, text);
    expect(made.status).toBe(201);
    const { id } = made.body[name];
    const changed = await post(account, EMPTY);
    expect(changed.status).toBe(201);
    const replies = [
      made,
      await account.call('GET', place.update(id)),
      await put(account, changed.body[name].id, text),
      await account.call('GET', place.update(changed.body[name].id)),
    ];
    for (const { body } of replies) {
      const { metadata } = body[name] ?? body; // a service is read as it is, not wrapped
      expect(Object.entries(metadata).sort()).toEqual(sorted);
    }
    for (const [key, value] of entries) {
      const query = new URLSearchParams({ key, value });
      const found = (await account.call('GET', `${place.meta}?${query}`)).body[`${name}s`];
      expect(found.map(({ id }: { id: string }) => id)).toEqual([id, changed.body[name].id]);
    }
  });
});
