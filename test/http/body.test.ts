/** Request bodies: every route that takes one accepts a JSON object of at most 64 KiB, and rejects everything else. */
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/http/body.ts';
import { Problem } from '../../src/problem.ts';
import { call, newAccount, newUser } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectInvalid, expectProblem } from '../support/problem.ts';
import { entries, prepare, send, titled } from '../support/rows.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LIMIT = 65_536;
/** Part of every rejected body: no answer may repeat it. */
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
  '10,000 unclosed lists': '['.repeat(10_000),
  '10,000 levels of lists': '['.repeat(10_000) + ']'.repeat(10_000),
  'a byte that is not UTF-8': bytes(`{"a":"${MARK}`, [0xff], '"}'),
  'UTF-8 cut short': bytes(`{"a":"${MARK}`, [0xe2, 0x82], '"}'),
  'an overlong NUL': bytes(`{"a":"${MARK}`, [0xc0, 0x80], '"}'),
  'a surrogate in UTF-8': bytes(`{"a":"${MARK}`, [0xed, 0xa0, 0x80], '"}'),
  'UTF-16': new Uint8Array(new Uint16Array([...`{"a":"${MARK}"}`].map((c) => c.charCodeAt(0))).buffer),
};

/** Reads a body with `readJson`. */
const read = (body: BodyInit | null, headers: Record<string, string> = JSON_TYPE) =>
  readJson(new Request('https://nettu.test/', { method: 'POST', body, headers }));
/** Returns the code and the detail of the problem that `readJson` throws. */
const refusal = (body: BodyInit, headers?: Record<string, string>) =>
  read(body, headers).then(
    () => 'accepted',
    (error: unknown) => {
      expect(error).toBeInstanceOf(Problem);
      const { code, detail } = error as Problem;
      return `${code}: ${detail}`;
    },
  );

describe('readJson', () => {
  it.each(Object.entries(malformed))('rejects %s, and does not repeat it', async (_, body) => {
    const problem = await refusal(body);
    expect(problem).toMatch(/^body-not-json: \S/);
    expect(problem).not.toContain(MARK);
  });

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'application/xml; application/json',
    'json',
  ])('rejects a body of type %s', async (type) => {
    expect(await refusal('{}', { 'content-type': type })).toMatch(/^media-type-unsupported/);
  });

  it('rejects a body without a content type, and accepts an absent body', async () => {
    expect(await refusal(bytes('{}'), {})).toMatch(/^media-type-unsupported/);
    expect(await read(null, {})).toEqual({});
  });

  it.each([
    ['one byte too many', '{}'.padEnd(LIMIT + 1), {}],
    ['twenty times as many', '{}'.padEnd(LIMIT * 20), {}],
    ['too many bytes that are not JSON', 'x'.repeat(LIMIT + 1), {}],
    ['a content-length of one byte too many', '{}', { 'content-length': `${LIMIT + 1}` }],
    ['a content-length beyond any safe integer', '{}', { 'content-length': '99999999999999999999' }],
  ])('rejects %s', async (_, body, headers) => {
    expect(await refusal(body, { ...JSON_TYPE, ...headers })).toMatch(/^body-too-large/);
  });

  it('accepts 65,536 bytes, with and without a content-length', async () => {
    for (const headers of [{}, { 'content-length': `${LIMIT}` }]) {
      expect(await read('{"a":1}'.padEnd(LIMIT), { ...JSON_TYPE, ...headers })).toEqual({ a: 1 });
    }
  });
});

describe.each(titled(entries.filter(({ fixture }) => fixture?.body)))('%s', (_, entry) => {
  it('rejects a body that is not JSON, has another type or is too large, writes nothing, and accepts 65,536 bytes', async () => {
    const user = await newUser();
    const { path, body } = await prepare(entry, user);
    const text = JSON.stringify(body);
    const before = await snapshot();
    for (const [raw, type, code] of [
      [`{"${MARK}":`, 'application/json', 'body-not-json'],
      [text, 'text/plain', 'media-type-unsupported'],
      [text.padEnd(LIMIT + 1), 'application/json', 'body-too-large'],
    ] as const) {
      const reply = await send(entry, user, { path, raw, headers: { 'content-type': type } });
      expectProblem(reply, code);
      expect(JSON.stringify(reply.body)).not.toContain(MARK);
    }
    expect(await snapshot()).toEqual(before);
    const fits = { path, raw: text.padEnd(LIMIT), headers: JSON_TYPE };
    expect((await send(entry, user, fits)).status).toBe(entry.row.status ?? 200);
  });

  it('checks the credentials before the body', async () => {
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
])('accepts a body of type %s', async (type) => {
  const account = await newAccount();
  const request = { raw: '{"metadata":{"a":"b"}}', headers: { 'content-type': type } };
  expect((await account.call('POST', '/user', request)).body.user.metadata).toEqual({ a: 'b' });
});

it('accepts a body that arrives one byte at a time', async () => {
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

it('ignores unknown members, however deep, and whatever their names', async () => {
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
])('returns 400 for 10,000 levels of %s in a field', async (_, deep) => {
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

describe('a body that the Worker does not parse', () => {
  const MB = 1024 * 1024;

  /** Sends a body in pieces of 64 KiB, and counts the bytes that the Worker reads. */
  async function drained(
    size: number,
    path: string,
    headers = {},
  ): Promise<{ status: number; bytes: number }> {
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
  ])('POST %s: is drained to its end, up to 16 MiB', async (path, status) => {
    expect(await drained(10 * MB, path)).toEqual({ status, bytes: 10 * MB });
    const endless = await drained(Number.POSITIVE_INFINITY, path);
    expect(endless.status).toBe(status);
    expect(endless.bytes).toBeLessThan(17 * MB);
  });

  it('is drained when its content-length is small, too', async () => {
    for (const size of [LIMIT, MB]) {
      const headers = { 'content-length': `${size}` };
      expect(await drained(size, '/nowhere', headers)).toEqual({ status: 404, bytes: size });
    }
  });

  it('is left to the platform when its content-length is past 16 MiB', async () => {
    const { status, bytes } = await drained(MB, '/nowhere', { 'content-length': `${17 * MB}` });
    expect(status).toBe(404);
    expect(bytes).toBeLessThanOrEqual(LIMIT);
  });

  it('gets its answer even when the client aborts the upload', async () => {
    const raw = new ReadableStream({
      type: 'bytes',
      pull: (controller) => controller.error(new Error('gone')),
    });
    expect((await call('POST', '/nowhere', { raw })).status).toBe(404);
  });
});
