/** Every answer asks browsers for HTTPS, and plain HTTP is refused except on this machine. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { handle } from '../../src/index.ts';
import { newAccount } from '../support/client.ts';

const ELSEWHERE = { 'cf-connecting-ip': '203.0.113.9' };

const answer = async (url: string, headers: Record<string, string>, method = 'GET') =>
  handle(new Request(url, { method, headers }), env as never, Date.now());

it.each([
  ['/api/v1/account', 'GET'],
  ['/api/v1/user', 'POST'],
  ['/api/v1/', 'GET'],
  ['/api/v1/nothing', 'GET'],
  ['/docs', 'GET'],
])('plain HTTP to %s from elsewhere is refused, with a good key too', async (path, method) => {
  const account = await newAccount();
  const response = await answer(`http://nettu.test${path}`, { ...account.headers, ...ELSEWHERE }, method);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'https-required' });
});

it('HTTPS from elsewhere, and plain HTTP on this machine, are answered', async () => {
  const { headers } = await newAccount();
  for (const [url, more] of [
    ['https://nettu.test/api/v1/account', ELSEWHERE],
    ['http://localhost:5000/api/v1/account', {}],
    ['http://localhost:5000/api/v1/account', { 'cf-connecting-ip': '127.0.0.1' }],
    ['http://[::1]:5000/api/v1/account', { 'cf-connecting-ip': '::1' }],
  ] as const) {
    expect((await answer(url, { ...headers, ...more })).status).toBe(200);
  }
});

it.each([
  ['GET', '/api/v1/'],
  ['GET', '/api/v1/account'],
  ['OPTIONS', '/api/v1/account'],
  ['GET', '/api/v1/nothing'],
])('%s %s answers with HSTS for a year', async (method, path) => {
  const response = await answer(`https://nettu.test${path}`, ELSEWHERE, method);
  await response.text();
  expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
});
