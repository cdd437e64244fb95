/** The URLs that a webhook may have: public addresses, unless the operator allows private ones. */
import { describe, expect, it } from 'vitest';
import { allowsPrivate, refusalOf } from '../../src/validation/address.ts';

const PRIVATE = 'must have a public address, not one of a private network';

describe('rejects a private address in any notation:', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost..',
    '127.1..',
    '0x7f.0.0.1..',
    '0177.0.0.1..',
    '10.1...',
    '169.254.43518..',
    '127。1。。',
    'LocalHost...',
    'a.localhost..',
    '127.0.0.1..',
    'metadata.google.internal..',
    'a.localhost',
    'intranet',
    'printer.local',
    'metadata.google.internal',
    'router.home.arpa',
    'nas.lan',
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.169.254',
    '0xa9fea9fe',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.0.1',
    '192.168.255.255',
    '0300.0250.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '１２７.0.0.1',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:8.8.8.8]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
    '[100::1]',
    '[2001::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::1]',
    '[3fff::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
  ])('%s', (host) => {
    expect(refusalOf(`http://${host}/hook`, false)).toBe(PRIVATE);
    expect(refusalOf(`https://${host}:8443/hook`, false)).toBe(PRIVATE);
    expect(refusalOf(`https://${host}/hook`, true)).toBe(null);
  });
});

it.each([
  'example.com',
  'example.com.',
  'hooks.localhost.example.com',
  'local.example',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '[2606:4700::1111]',
  '[2a00:1450:4001:80b::200e]',
  '[2001:4860:4860::8888]',
])('accepts the public address %s', (host) => {
  expect(refusalOf(`https://${host}/hook`, false)).toBe(null);
});

it.each(['https://user:pass@example.com/', 'https://user@example.com/', 'https://:pass@example.com/'])(
  'rejects the credentials in %s, even where private addresses are allowed',
  (url) => {
    expect(refusalOf(url, false)).toBe('must not contain a user name or a password');
    expect(refusalOf(url, true)).toBe('must not contain a user name or a password');
  },
);

it('accepts only http and https', () => {
  expect(refusalOf('ftp://example.com/', true)).toBe('must be an absolute http or https URL');
});

it.each([
  ['http://localhost:5001/webhook', 'http://localhost:5001', true],
  ['http://localhost:5000/webhook', 'http://localhost:5001', false],
  ['http://127.0.0.1:5001/', 'http://localhost:5001', false],
  ['http://10.0.0.1/', 'http://localhost:5001', false],
  ['http://10.0.0.1/', 'yes', true],
  ['http://10.0.0.1/', undefined, false],
])('%s is allowed a private address under %s: %s', (url, setting, allowed) => {
  expect(allowsPrivate(url, setting)).toBe(allowed);
});
