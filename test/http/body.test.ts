/** From bytes to JSON: what is no JSON object of at most 64 KiB is refused on every route that takes a body. */
import { describe, expect, it } from 'vitest';
import { call, newAccount, newUser } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { entries, prepare, send, titled } from '../support/rows.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LIMIT = 65_536;
/** Stands in everything that is refused here, and must never come back. */
const MARK = 'mark-7c1d';
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)),
  );

const malformed: Record<string, string | Uint8Array> = {
  'cut short': `{"${MARK}":`,
  'two values': `{} {"${MARK}":1}`,
  'single quotes': `{'${MARK}': 1}`,
  'a trailing comma': `{"a":"${MARK}",}`,
  'a comment': `{/* ${MARK} */}`,
  'a bare word': MARK,
  NaN: '{"a":NaN}',
  blanks: ' \n\t ',
  'a form': `timezone=UTC&mark=${MARK}`,
  'a raw newline in a string': `{"a":"${MARK}\n"}`,
  'a list': `[{"a":"${MARK}"}]`,
  'an empty list': '[]',
  'a string': `"${MARK}"`,
  'a number': '5',
  true: 'true',
  null: 'null',
  '10,000 open lists': '['.repeat(10_000),
  '10,000 levels of lists': '['.repeat(10_000) + ']'.repeat(10_000),
  'a byte that is no UTF-8': bytes(`{"a":"${MARK}`, [0xff], '"}'),
  'UTF-8 cut short': bytes(`{"a":"${MARK}`, [0xe2, 0x82], '"}'),
  'an overlong NUL': bytes(`{"a":"${MARK}`, [0xc0, 0x80], '"}'),
  'a surrogate in UTF-8': bytes(`{"a":"${MARK}`, [0xed, 0xa0, 0x80], '"}'),
  'UTF-16': new Uint8Array(new Uint16Array([...`{"a":"${MARK}"}`].map((c) => c.charCodeAt(0))).buffer),
};

const withBody = entries.filter(({ fixture }) => fixture?.body);

describe.each(titled(withBody))('%s', (_, entry) => {
  it('is 400 for a body that is no JSON object', async () => {
    const user = await newUser();
    const { path } = await prepare(entry, user);
    const before = await snapshot();
    for (const [what, raw] of Object.entries(malformed)) {
      const reply = await send(entry, user, { path, raw, headers: JSON_TYPE });
      expect({ what, status: reply.status, code: reply.problem.code }).toEqual({
        what,
        status: 400,
        code: 'body-not-json',
      });
      expectProblem(reply, 'body-not-json');
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
    }
    expect(await snapshot()).toEqual(before);
  });

  it('is 415 for a body that is not sent as JSON', async () => {
    const user = await newUser();
    const { path, body } = await prepare(entry, user);
    const before = await snapshot();
    for (const type of [
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'application/jsonp',
      'application/xml; application/json',
      'json',
    ]) {
      const reply = await send(entry, user, { path, body, headers: { 'content-type': type } });
      expectProblem(reply, 'media-type-unsupported');
    }
    const untyped = await send(entry, user, { path, raw: bytes(JSON.stringify(body)) });
    expectProblem(untyped, 'media-type-unsupported');
    expect(await snapshot()).toEqual(before);
  });

  it('takes 65,536 bytes, and is 413 for one more, declared or not', async () => {
    const user = await newUser();
    const { path, body } = await prepare(entry, user);
    const before = await snapshot();
    const padded = (length: number) => JSON.stringify(body).padEnd(length);
    const large = [
      { raw: padded(LIMIT + 1) },
      { raw: padded(LIMIT * 20) },
      { raw: 'x'.repeat(LIMIT + 1) },
      { body, headers: { 'content-length': `${LIMIT + 1}` } },
      { body, headers: { 'content-length': '99999999999999999999' } },
    ];
    for (const { headers, ...options } of large) {
      const reply = await send(entry, user, { path, ...options, headers: { ...JSON_TYPE, ...headers } });
      expectProblem(reply, 'body-too-large');
    }
    expect(await snapshot()).toEqual(before);
    const fits = { path, raw: padded(LIMIT), headers: { ...JSON_TYPE, 'content-length': `${LIMIT}` } };
    expect((await send(entry, user, fits)).status).toBe(entry.row.status ?? 200);
  });

  it('tells nobody but its caller what is wrong with a body', async () => {
    const user = await newUser();
    const { path } = await prepare(entry, user);
    if (entry.door === 'public') return;
    const byToken = entry.door === 'user' || entry.door === 'anyone';
    const as = byToken ? await user.headers() : { 'x-api-key': `sk_${'x'.repeat(40)}` };
    if (byToken) await user.account.call('PUT', '/account/pubkey');
    for (const raw of ['{', 'x'.repeat(LIMIT + 1)]) {
      const reply = await send(entry, user, { path, as, raw, headers: JSON_TYPE });
      expectProblem(reply, byToken ? 'token-signature' : 'api-key-unknown');
    }
  });
});

it.each([
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'Application/JSON',
  'application/json ; x=y',
])('a body may be sent as %s', async (type) => {
  const account = await newAccount();
  const request = { raw: '{"metadata":{"a":"b"}}', headers: { 'content-type': type } };
  expect((await account.call('POST', '/user', request)).body.user.metadata).toEqual({ a: 'b' });
});

it('a body may come in many pieces, cut anywhere', async () => {
  const account = await newAccount();
  const metadata = { ключ: '👩‍👩‍👧 €' };
  const whole = bytes(JSON.stringify({ metadata }));
  const raw = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of whole) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const reply = await account.call('POST', '/user', { raw, headers: JSON_TYPE });
  expect(reply.body.user.metadata).toEqual(metadata);
});

it('members that are not known are left out, however deep and whatever their names', async () => {
  const account = await newAccount();
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  for (const name of ['x', '__proto__', 'constructor', 'toString']) {
    const raw = `{"${name}":${deep},"metadata":{"a":"b"}}`;
    const reply = await account.call('POST', '/user', { raw, headers: JSON_TYPE });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ user: { id: expect.any(String), metadata: { a: 'b' } } });
  }
  const inherited = { raw: '{"__proto__":{"metadata":{"a":"b"}}}', headers: JSON_TYPE };
  expect((await account.call('POST', '/user', inherited)).body.user.metadata).toEqual({});
});

it.each([
  ['lists', '['.repeat(10_000) + ']'.repeat(10_000)],
  ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
])('10,000 levels of %s in a field are 400', async (_, deep) => {
  const account = await newAccount();
  const user = await account.newUser();
  const calendar = await user.newCalendar();
  const before = await snapshot();
  for (const [method, path, field] of [
    ['PUT', '/account/pubkey', 'publicJwtKey'],
    ['PUT', '/account/webhook', 'webhookUrl'],
    ['POST', `/user/${user.id}/calendar`, 'timezone'],
    ['PUT', `/user/calendar/${calendar}`, 'weekStart'],
  ] as const) {
    const raw = `{"timezone":"UTC","${field}":${deep}}`;
    expectInvalid(await account.call(method, path, { raw, headers: JSON_TYPE }), field);
  }
  const metadata = { raw: `{"metadata":{"k":${deep}}}`, headers: JSON_TYPE };
  expectInvalid(await account.call('POST', '/user', metadata), 'metadata.k');
  expect(await snapshot()).toEqual(before);
});

describe('what is refused unread', () => {
  const MB = 1024 * 1024;

  /** The bytes that were taken of a body, sent in pieces of 64 KiB. */
  async function taken(size: number, path: string, headers = {}): Promise<{ status: number; bytes: number }> {
    let bytes = 0;
    const raw = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (bytes >= size) {
          controller.close();
          controller.byobRequest?.respond(0);
          return;
        }
        bytes += LIMIT;
        controller.enqueue(new Uint8Array(LIMIT));
      },
    });
    const { status } = await call('POST', path, { raw, headers: { ...JSON_TYPE, ...headers } });
    return { status, bytes };
  }

  it.each([
    ['/user', 401],
    ['/nowhere', 404],
    ['/account', 413],
  ])('POST %s: is taken in to its end, up to 16 MiB, and no further', async (path, status) => {
    expect(await taken(10 * MB, path)).toEqual({ status, bytes: 10 * MB });
    const endless = await taken(Number.POSITIVE_INFINITY, path);
    expect(endless.status).toBe(status);
    expect(endless.bytes).toBeLessThan(17 * MB);
  });

  it('is left to the platform where its length is declared and small, or past the bound', async () => {
    for (const length of [MB / 16, 17 * MB]) {
      const { status, bytes } = await taken(MB, '/nowhere', { 'content-length': `${length}` });
      expect(status).toBe(404);
      expect(bytes).toBeLessThanOrEqual(LIMIT);
    }
  });

  it('does not keep the answer from a client that is gone', async () => {
    const raw = new ReadableStream({
      type: 'bytes',
      pull: (controller) => controller.error(new Error('gone')),
    });
    expect((await call('POST', '/nowhere', { raw })).status).toBe(404);
  });
});
