/** Every resource stores its metadata exactly as sent. `validation/metadata.test.ts` tests invalid metadata. */
import { describe, expect, it } from 'vitest';
import { type Account, newAccount, type Reply } from '../support/client.ts';

const headers = { 'content-type': 'application/json' };

/** A resource with metadata: how to create, update and search it. */
interface Kind {
  name: string;
  meta: string;
  create: (account: Account) => Promise<{ path: string }>;
  update: (id: string) => string;
  extra: string;
}
const kinds: Kind[] = [
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
/** JSON texts, and the entries that they contain. */
const kept: Record<string, [text: string, entries: [string, string][]]> = {
  'names of built-in object members': [
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
  'two Unicode forms of one letter, as different keys': [
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
  'texts that look like JSON, SQL or patterns': [
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
  'the last value of a repeated key': ['{"a":"first","a":"last"}', [['a', 'last']]],
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

describe.each(kinds.map((kind) => [kind.name, kind] as const))('the metadata of a %s', (name, kind) => {
  const post = async (account: Account, text: string): Promise<Reply> => {
    const { path } = await kind.create(account);
    return account.call('POST', path, { raw: `{${kind.extra}"metadata":${text}}`, headers });
  };
  const put = (account: Account, id: string, text: string): Promise<Reply> =>
    account.call('PUT', kind.update(id), { raw: `{"metadata":${text}}`, headers });

  it.each(Object.entries(kept))('keeps %s', async (_, [text, entries]) => {
    const account = await newAccount();
    const sorted = [...entries].sort();
    const made = await post(account, text);
    expect(made.status).toBe(201);
    const { id } = made.body[name];
    const changed = await post(account, EMPTY);
    expect(changed.status).toBe(201);
    const replies = [
      made,
      await account.call('GET', kind.update(id)),
      await put(account, changed.body[name].id, text),
      await account.call('GET', kind.update(changed.body[name].id)),
    ];
    for (const { body } of replies) {
      const { metadata } = body[name] ?? body; // GET returns a service without a wrapper
      expect(Object.entries(metadata).sort()).toEqual(sorted);
    }
    for (const [key, value] of entries) {
      const query = new URLSearchParams({ key, value });
      const found = (await account.call('GET', `${kind.meta}?${query}`)).body[`${name}s`];
      expect(found.map(({ id }: { id: string }) => id)).toEqual([id, changed.body[name].id]);
    }
  });
});
