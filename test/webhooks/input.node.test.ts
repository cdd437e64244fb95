/** Invalid webhook URLs, events and delivery queries get a 400 that names their path. */
import { it } from 'vitest';
import { expectInvalidBody, expectInvalidQuery } from '../support/parse.ts';

it.each([
  undefined,
  null,
  5,
  '',
  ' ',
  'example.test',
  '/hook',
  '//example.test/hook',
  'ftp://example.test',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'https://',
  ' https://example.test/',
  'https://example.test/\n',
  'http://[::1',
  'https://example.test:99999/',
  ['https://example.test'],
  { url: 'https://example.test' },
])('rejects the URL %j', async (webhookUrl) => {
  await expectInvalidBody('setWebhook', { webhookUrl }, 'webhookUrl');
});

it.each([
  [['event.moved'], 'events[0]'],
  [['*', 5], 'events[1]'],
  ['*', 'events'],
  [{}, 'events'],
  [new Array(24).fill('*'), 'events'],
])('rejects the events %j', async (events, path) => {
  await expectInvalidBody('setWebhook', { webhookUrl: 'https://example.test/', events }, path);
});

it.each(['state=other', 'limit=0', 'limit=101', 'limit=x', 'cursor=x', `cursor=${'0'.repeat(36)}`])(
  'rejects a list of deliveries with %s',
  async (query) => {
    await expectInvalidQuery('listDeliveries', query, query.split('=')[0] as string);
  },
);
