/** The lines of an export, from as many answers as they take. */
import { NettuNetworkError } from './network-error.ts';
import type { RequestOptions } from './options.ts';
import { type AnswerProblem, NettuProblem } from './problem.ts';
import type { Send } from './request.ts';
import { query } from './url.ts';

/** How often it goes on after a broken answer that has brought nothing. */
const PATIENCE = 2;

/** @param cursor of a line `cursor`: goes on after that. */
export async function* exported(
  send: Send,
  { cursor, ...options }: RequestOptions & { cursor?: string | undefined } = {},
): AsyncGenerator<string> {
  const origin = new Error();
  for (let fruitless = 0; ; fruitless++) {
    const path = `/account/export${query({ cursor })}`;
    const answer = await send<object>('GET', path, options, undefined, { origin, streams: true });
    if (answer.error) throw answer.error;
    // A line counts once the cursor after it is there: what is sent again after a broken answer is told once.
    let held: string[] = [];
    let problem: unknown;
    try {
      for await (const text of linesOf(answer.res)) {
        options.signal?.throwIfAborted();
        const line = JSON.parse(text);
        if (line.type === 'problem') throw refused(line.problem);
        if (line.type !== 'export' || cursor === undefined) held.push(text);
        if (line.type === 'end' || line.type === 'cursor') {
          yield* held;
          if (line.type === 'end') return;
          held = [];
          cursor = line.cursor as string;
          fruitless = -1;
        }
      }
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof NettuProblem && cause.status !== 503) throw cause;
      problem =
        cause instanceof NettuProblem ? cause : new NettuNetworkError('GET /account/export', { cause });
    }
    if (fruitless >= PATIENCE) throw problem ?? new NettuNetworkError('GET /account/export');
  }
}

const refused = (problem: AnswerProblem & { status: number }) =>
  new NettuProblem(`GET /account/export was broken off: ${problem.code}. ${problem.detail}`, problem);

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const texts = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = texts.pop() ?? '';
      yield* texts;
    }
  } finally {
    // Whoever leaves early needs no more; and a broken one cannot be cancelled.
    reader.cancel().catch(() => {});
  }
}
