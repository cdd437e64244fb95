/** An export, with a connection that works, breaks or stalls. */
import { expect, it } from 'vitest';
import { NettuClient, NettuNetworkError, NettuProblem } from '../../src/sdk/index.ts';
import { lost, problem, type Reply, stubFetch } from './stub.ts';

const header = '{"type":"export","format":1}';
const user = (id: number) => `{"type":"user","id":"${id}"}`;
const cursor = (name: string) => `{"type":"cursor","cursor":"${name}"}`;
const end = '{"type":"end","counts":{"user":3}}';

/** An answer with these lines in chunks of 7 bytes. With `breaks`, the connection then fails. */
const lines =
  (texts: string[], { breaks = false } = {}): Reply =>
  () => {
    const bytes = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(''));
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at >= bytes.length)
          return breaks ? controller.error(new TypeError('terminated')) : controller.close();
        controller.enqueue(bytes.slice(at, at + 7));
        at += 7;
      },
    });
    return new Response(body, { headers: { 'content-type': 'application/jsonl' } });
  };

async function exported(replies: Reply[], options = {}) {
  const { fetch, sent } = stubFetch(...replies);
  const client = NettuClient({ apiKey: 'sk_1', baseUrl: 'https://nettu.test', fetch });
  const got: string[] = [];
  let error: unknown;
  try {
    for await (const line of client.account.export(options)) got.push(line);
  } catch (thrown) {
    error = thrown;
  }
  return { got, error, urls: sent.map(({ url }) => url.replace('https://nettu.test/account/export', '')) };
}

const whole = [header, user(1), cursor('a'), user(2), user(3), cursor('b'), end];

it('yields the lines unchanged', async () => {
  expect(await exported([lines(whole)])).toEqual({ got: whole, error: undefined, urls: [''] });
});

it('yields each line once when the connection breaks in the middle of a line', async () => {
  const { got, urls } = await exported([
    lines([...whole.slice(0, 4), '{"type":"us'], { breaks: true }),
    lines([header, user(2), user(3), cursor('b'), end]),
  ]);
  expect(got).toEqual(whole);
  expect(urls).toEqual(['', '?cursor=a']);
});

it('sends a new request after an answer that ends with a cursor', async () => {
  const { got, urls } = await exported([
    lines(whole.slice(0, 3)),
    lines([header, user(2), user(3), cursor('b')]),
    lines([header, end]),
  ]);
  expect([got, urls]).toEqual([whole, ['', '?cursor=a', '?cursor=b']]);
});

it('continues after a given cursor, without the first line', async () => {
  const { got, urls } = await exported([lines([header, user(3), cursor('b'), end])], { cursor: 'a' });
  expect([got, urls]).toEqual([[user(3), cursor('b'), end], ['?cursor=a']]);
});

it('continues after an outage in the middle, and throws after a refusal', async () => {
  const problemLine = (code: string, status: number) =>
    JSON.stringify({ type: 'problem', problem: { type: 't', title: 't', status, detail: 'Because.', code } });
  const outage = lines([...whole.slice(0, 3), problemLine('database-unavailable', 503)]);
  const rest = lines([header, ...whole.slice(3)]);
  expect((await exported([outage, rest])).got).toEqual(whole);
  const removed = await exported([lines([...whole.slice(0, 3), problemLine('api-key-unknown', 401)])]);
  expect(removed.got).toEqual(whole.slice(0, 3));
  expect(removed.error).toBeInstanceOf(NettuProblem);
  expect(removed.error).toMatchObject({ code: 'api-key-unknown', status: 401 });
});

it('throws when there is no answer, when the service refuses, and when no cursor arrives', async () => {
  expect((await exported([lost])).error).toBeInstanceOf(NettuNetworkError);
  expect((await exported([problem('api-key-unknown', 401)])).error).toMatchObject({
    code: 'api-key-unknown',
  });
  const fruitless = await exported([lines([header, user(1)], { breaks: true })]);
  expect([fruitless.got, fruitless.urls.length]).toEqual([[], 3]);
  expect(fruitless.error).toBeInstanceOf(NettuNetworkError);
});

it('ends when the caller aborts', async () => {
  const controller = new AbortController();
  const { fetch } = stubFetch(lines(whole));
  const client = NettuClient({ apiKey: 'sk_1', baseUrl: 'https://nettu.test', fetch });
  const reading = (async () => {
    for await (const line of client.account.export({ signal: controller.signal }))
      if (line === header) controller.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow('enough');
});

it('ends when the caller aborts while no data arrives', async () => {
  const controller = new AbortController();
  let onCancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    onCancel = resolve;
  });
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(`${header}\n${cursor('a')}\n`)),
    cancel: () => onCancel(),
  });
  const { fetch } = stubFetch(() => new Response(body));
  const client = NettuClient({ apiKey: 'sk_1', baseUrl: 'https://nettu.test', fetch });
  const lineIterator = client.account.export({ signal: controller.signal })[Symbol.asyncIterator]();
  expect([(await lineIterator.next()).value, (await lineIterator.next()).value]).toEqual([
    header,
    cursor('a'),
  ]);
  const next = lineIterator.next();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  await cancelled;
});
