/** Reads the lines of an export. It sends another request from the last cursor when the connection breaks. */
import { throwIfAborted } from './limits.ts';
import { NettuNetworkError } from './network-error.ts';
import type { RequestOptions } from './options.ts';
import { NettuProblem } from './problem.ts';
import type { Send } from './request.ts';
import { query } from './url.ts';

const PATH = '/account/export';
const NAME = `GET ${PATH}`;

/** How many requests in a row may fail without new lines before the export fails. */
const RETRIES = 2;

/** @param cursor the cursor of a line of type `cursor`, to continue after that line. */
export async function* exported(
  send: Send,
  { cursor, ...options }: RequestOptions & { cursor?: string | undefined } = {},
): AsyncGenerator<string> {
  const origin = new Error();
  const { signal } = options;
  for (let failures = 0; ; failures++) {
    const answer = await send<object>('GET', PATH + query({ cursor }), options, undefined, {
      origin,
      streams: true,
    });
    if (answer.error) throw answer.error;
    // Lines wait for the cursor after them. After a broken connection the service sends the lines since the last cursor
    // again, and so none is returned twice.
    let held: string[] = [];
    let failure: unknown;
    try {
      for await (const text of linesOf(answer.res, signal)) {
        throwIfAborted(signal);
        const line = JSON.parse(text);
        const { type, problem } = line;
        if (type === 'problem')
          throw new NettuProblem(`${NAME} failed: ${problem.code}. ${problem.detail}`, problem);
        if (type !== 'export' || !cursor) held.push(text);
        if (type === 'end' || type === 'cursor') {
          yield* held;
          if (type === 'end') return;
          held = [];
          ({ cursor } = line);
          failures = -1;
        }
      }
    } catch (cause) {
      throwIfAborted(signal);
      failure = cause;
    }
    const problem = failure instanceof NettuProblem ? failure : undefined;
    if (failures >= RETRIES || (problem && problem.status !== 503))
      throw problem ?? new NettuNetworkError(NAME, { cause: failure });
  }
}

async function* linesOf({ body }: Response, signal: AbortSignal | undefined): AsyncGenerator<string> {
  if (!body) return;
  // The signal ends the read even when no data arrives.
  const reader = body.pipeThrough(new TextDecoderStream(), signal ? { signal } : {}).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const texts = (rest + value).split('\n');
      rest = texts.pop() ?? '';
      yield* texts;
    }
  } finally {
    // Closes the connection when the caller stops early. A broken stream rejects, which does not matter.
    reader.cancel().catch(() => {});
  }
}
