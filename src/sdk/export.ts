/** The lines of an export, from as many answers as they take. */
import { NettuNetworkError } from './network-error.ts';
import type { RequestOptions } from './options.ts';
import { NettuProblem } from './problem.ts';
import type { Send } from './request.ts';
import { query } from './url.ts';

const PATH = '/account/export';
const NAME = `GET ${PATH}`;

/** How often it goes on after a broken answer that has brought nothing. */
const PATIENCE = 2;

/** @param cursor of a line `cursor`: goes on after that. */
export async function* exported(
  send: Send,
  { cursor, ...options }: RequestOptions & { cursor?: string | undefined } = {},
): AsyncGenerator<string> {
  const origin = new Error();
  const { signal } = options;
  for (let fruitless = 0; ; fruitless++) {
    const asked = { origin, streams: true };
    const answer = await send<object>('GET', PATH + query({ cursor }), options, undefined, asked);
    if (answer.error) throw answer.error;
    // A line counts once the cursor after it is there: what is sent again after a broken answer is told once.
    let held: string[] = [];
    let failure: unknown;
    try {
      for await (const text of linesOf(answer.res, signal)) {
        signal?.throwIfAborted();
        const line = JSON.parse(text);
        const { type, problem } = line;
        if (type === 'problem')
          throw new NettuProblem(`${NAME} was broken off: ${problem.code}. ${problem.detail}`, problem);
        if (type !== 'export' || !cursor) held.push(text);
        if (type === 'end' || type === 'cursor') {
          yield* held;
          if (type === 'end') return;
          held = [];
          ({ cursor } = line);
          fruitless = -1;
        }
      }
    } catch (cause) {
      signal?.throwIfAborted();
      failure = cause;
    }
    const problem = failure instanceof NettuProblem ? failure : undefined;
    if (fruitless >= PATIENCE || (problem && problem.status !== 503))
      throw problem ?? new NettuNetworkError(NAME, { cause: failure });
  }
}

async function* linesOf({ body }: Response, signal: AbortSignal | undefined): AsyncGenerator<string> {
  if (!body) return;
  // Whoever aborts waits for nothing that does not come.
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
    // Whoever leaves early needs no more; and a broken one cannot be cancelled.
    reader.cancel().catch(() => {});
  }
}
