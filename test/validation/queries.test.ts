/** Lists and searches by metadata reject invalid query parameters by name. */
import { expect, it } from 'vitest';
import { expectInvalidQuery, membersOf, queryOf, routesWhere } from '../support/parse.ts';

const takes = (...members: string[]) =>
  routesWhere(({ does }) => members.every((member) => membersOf(does.query).includes(member)));
const searches = takes('key', 'value');
const lists = takes('order', 'metadata');

it('the route table has five searches and five lists', () => {
  expect([searches.length, lists.length]).toEqual([5, 5]);
});

const invalid: [string, Record<string, string>, ...string[]][] = [
  ['no key', { value: 'a' }, 'key'],
  ['no value', { key: 'a' }, 'value'],
  ['neither', {}, 'key', 'value'],
  ['an empty key', { key: '', value: 'a' }, 'key'],
  ['a key of 129 characters', { key: 'k'.repeat(129), value: 'a' }, 'key'],
  ['a value of 4097 characters', { key: 'a', value: 'v'.repeat(4097) }, 'value'],
  ['NUL in the key', { key: 'a\0', value: 'a' }, 'key'],
  ['NUL in the value', { key: 'a', value: '\0' }, 'value'],
  ['two invalid numbers', { key: 'a', value: 'b', skip: 'x', limit: 'y' }, 'skip', 'limit'],
];
const numbers = ['-1', '1.5', 'x', '', '1e3', '0x10', ' 1', '99999999999999999999', 'NaN', 'null'];
for (const skip of numbers) invalid.push([`skip "${skip}"`, { key: 'a', value: 'b', skip }, 'skip']);
for (const limit of [...numbers, '0', '101']) {
  invalid.push([`limit "${limit}"`, { key: 'a', value: 'b', limit }, 'limit']);
}

it.each(invalid)('rejects a search with %s', async (_, query, ...names) => {
  for (const route of searches) await expectInvalidQuery(route, query, ...names);
});

it('rejects a search with a repeated parameter', async () => {
  for (const route of searches) {
    await expectInvalidQuery(route, 'key=a&value=b&key=c', 'key');
    await expectInvalidQuery(route, 'key=a&value=&value=b', 'value');
  }
});

it.each([
  ...['0', '101', '1.5', 'x', '', '-1'].map((limit) => [`limit=${limit}`, 'limit'] as const),
  ...['ASC', '', 'up'].map((order) => [`order=${order}`, 'order'] as const),
  ['metadata=x', 'metadata'],
  ['metadata[]=x', 'metadata'],
  [`metadata[n]=${'x'.repeat(4097)}`, 'metadata.n'],
  ['limit=1&limit=2', 'limit'],
  ['cursor=a&cursor=b', 'cursor'],
  ['metadata[a]=1&metadata[a]=2', 'metadata.a'],
  ['metadata=1&metadata[a]=2', 'metadata'],
] as const)('rejects a list with %s', async (query, name) => {
  for (const route of lists) await expectInvalidQuery(route, query, name);
});

it('defaults to pages of 20 in the order of creation', async () => {
  for (const route of lists) {
    expect(await queryOf(route, '')).toEqual({ limit: 20, order: 'asc', metadata: {} });
  }
  for (const route of searches) {
    expect(await queryOf(route, 'key=a&value=')).toEqual({ key: 'a', value: '', skip: 0, limit: 20 });
  }
});
