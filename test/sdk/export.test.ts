/** The lines of an export, whatever becomes of the connection on the way. */
import { expect, it } from 'vitest';
import { NettuClient, NettuNetworkError, NettuProblem } from '../../src/sdk/index.ts';
import { lost, problem, type Reply, stubFetch } from './stub.ts';

const header = '{"type":"export","format":1}';
const user = (id: number) => `{"type":"user","id":"${id}"}`;
const cursor = (name: string) => `{"type":"cursor","cursor":"${name}"}`;
const end = '{"type":"end","counts":{"user":3}}';

/** An answer of these lines, in chunks that end anywhere; and then, if it is to break, no more of it. */
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

it('come as they are', async () => {
  expect(await exported([lines(whole)])).toEqual({ got: whole, error: undefined, urls: [''] });
});

it('come each once, though the connection breaks in the middle of a line', async () => {
  const { got, urls } = await exported([
    lines([...whole.slice(0, 4), '{"type":"us'], { breaks: true }),
    lines([header, user(2), user(3), cursor('b'), end]),
  ]);
  expect(got).toEqual(whole);
  expect(urls).toEqual(['', '?cursor=a']);
});

it('come from as many answers as it takes: one may end in a cursor', async () => {
  const { got, urls } = await exported([
    lines(whole.slice(0, 3)),
    lines([header, user(2), user(3), cursor('b')]),
    lines([header, end]),
  ]);
  expect([got, urls]).toEqual([whole, ['', '?cursor=a', '?cursor=b']]);
});

it('go on from the cursor that is given, without the first line', async () => {
  const { got, urls } = await exported([lines([header, user(3), cursor('b'), end])], { cursor: 'a' });
  expect([got, urls]).toEqual([[user(3), cursor('b'), end], ['?cursor=a']]);
});

it('an outage in the middle is got over, a refusal is thrown', async () => {
  const told = (code: string, status: number) =>
    JSON.stringify({ type: 'problem', problem: { type: 't', title: 't', status, detail: 'Because.', code } });
  const outage = lines([...whole.slice(0, 3), told('database-unavailable', 503)]);
  const rest = lines([header, ...whole.slice(3)]);
  expect((await exported([outage, rest])).got).toEqual(whole);
  const removed = await exported([lines([...whole.slice(0, 3), told('api-key-unknown', 401)])]);
  expect(removed.got).toEqual(whole.slice(0, 3));
  expect(removed.error).toBeInstanceOf(NettuProblem);
  expect(removed.error).toMatchObject({ code: 'api-key-unknown', status: 401 });
});

it('end in an error where there is no answer, a refusal, or never a cursor', async () => {
  expect((await exported([lost])).error).toBeInstanceOf(NettuNetworkError);
  expect((await exported([problem('api-key-unknown', 401)])).error).toMatchObject({
    code: 'api-key-unknown',
  });
  const fruitless = await exported([lines([header, user(1)], { breaks: true })]);
  expect([fruitless.got, fruitless.urls.length]).toEqual([[], 3]);
  expect(fruitless.error).toBeInstanceOf(NettuNetworkError);
});

it('end where the caller says so', async () => {
  const controller = new AbortController();
  const { fetch } = stubFetch(lines(whole));
  const client = NettuClient({ apiKey: 'sk_1', baseUrl: 'https://nettu.test', fetch });
  const asked = (async () => {
    for await (const line of client.account.export({ signal: controller.signal }))
      if (line === header) controller.abort(new Error('enough'));
  })();
  await expect(asked).rejects.toThrow('enough');
});

it('end where the caller says so also while nothing comes', async () => {
  const controller = new AbortController();
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(`${header}\n${cursor('a')}\n`)),
    cancel: () => leave(),
  });
  const { fetch } = stubFetch(() => new Response(body));
  const client = NettuClient({ apiKey: 'sk_1', baseUrl: 'https://nettu.test', fetch });
  const asked = client.account.export({ signal: controller.signal })[Symbol.asyncIterator]();
  expect([(await asked.next()).value, (await asked.next()).value]).toEqual([header, cursor('a')]);
  const next = asked.next();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  await left;
});
