/** An answer that comes in parts, as a stream: the next part is asked for when there is room for it, and not before. */
import type { Part } from '../operation.ts';
import type { Trace } from '../trace.ts';
import { LINES, type Reply } from './respond.ts';

interface Course {
  request: Request;
  trace: Trace;
  /** Carries out the plan of a part. */
  perform(next: NonNullable<Part['next']>): Promise<unknown>;
  /** Tells a failure as a problem document. The status has been sent by then, so it is the last line. */
  fail(error: unknown): unknown;
}

/** The reply that begins with a part. Its line in the log is written once it is over, whether it was read to its end or not. */
export function linesOf(first: Part, { request, trace, perform, fail }: Course): Reply {
  if (request.method === 'HEAD') return { status: 200, headers: { 'content-type': LINES } };
  let over = () => {};
  trace.whenOver = (done) => {
    over = done;
  };
  const utf8 = new TextEncoder();
  let part = first;
  let begun = false;
  const lines = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (begun && part.next) part = (await perform(part.next)) as Part;
          begun = true;
          controller.enqueue(utf8.encode(part.lines));
        } catch (error) {
          controller.enqueue(utf8.encode(`${JSON.stringify({ type: 'problem', problem: fail(error) })}\n`));
          part = { ...part, next: null };
        }
        if (part.next) return;
        controller.close();
        over();
      },
      cancel: () => over(),
    },
    { highWaterMark: 0 },
  );
  return { status: 200, lines };
}
