/** Reads a request's body as JSON, strictly: size, media type, encoding, syntax. Drains what nobody reads. */

import { BODY_MAX_BYTES } from '../limits.ts';
import type { TextBody } from '../operation.ts';
import { Problem } from '../problem.ts';
import { invalid, isRecord } from '../validation/schemas.ts';

/** The most that the Worker drains, in some 5 ms of CPU. A longer body costs the client its connection. */
const DRAINED_MAX_BYTES = 16 * 1024 * 1024;

/**
 * The object in a JSON body; an absent body is the empty object.
 *
 * @throws Problem `content-encoding-unsupported`, `body-too-large`, `media-type-unsupported`, `body-not-json`
 */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  requireNoCoding(request.headers);
  const bytes = await readBytes(request, BODY_MAX_BYTES);
  if (bytes.byteLength === 0) return {};
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new Problem('media-type-unsupported', 'Send the body with content-type: application/json.');
  }
  const value = parse(bytes);
  if (!isRecord(value)) throw new Problem('body-not-json', 'The body must be a JSON object.');
  return value;
}

/**
 * The text of a body.
 *
 * @throws Problem `content-encoding-unsupported`, `body-too-large`, `media-type-unsupported`, `input-invalid`
 */
export async function readText(request: Request, { type, maxBytes }: TextBody): Promise<string> {
  requireNoCoding(request.headers);
  const bytes = await readBytes(request, maxBytes);
  const [sent = ''] = (request.headers.get('content-type') ?? '').split(';');
  if (sent.trim().toLowerCase() !== type)
    throw new Problem('media-type-unsupported', `Send the body with content-type: ${type}.`);
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid([{ path: 'body', reason: 'must be UTF-8' }]);
  }
}

/**
 * RFC 9110 section 15.5.16: the answer says which codings are accepted.
 *
 * @throws Problem `content-encoding-unsupported`
 */
function requireNoCoding(headers: Headers): void {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim());
  const coding = codings.find((coding) => coding !== '' && coding.toLowerCase() !== 'identity');
  if (coding === undefined) return;
  throw new Problem(
    'content-encoding-unsupported',
    `The service does not decode ${coding.slice(0, 64)}. Send the body as it is, without content-encoding.`,
    { headers: { 'accept-encoding': 'identity' } },
  );
}

async function readBytes(request: Request, maxBytes: number): Promise<ArrayBuffer> {
  const tooLarge = () => new Problem('body-too-large', `A body has at most ${maxBytes} bytes.`);
  const declared = request.headers.get('content-length');
  if (Number(declared) > maxBytes) throw tooLarge();
  // A body is never longer than its content-length (RFC 9112 section 6.3), and one read is cheaper.
  if (declared !== null) return request.arrayBuffer();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

function parse(bytes: ArrayBuffer): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Problem('body-not-json', 'The body is not valid UTF-8 (RFC 8259 section 8.1).');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('body-not-json', 'The body is not valid JSON.');
  }
}

/**
 * Reads and drops the rest of a body before the answer goes out. An unread body makes the platform reset the connection
 * while the client still writes: the client may never see its answer, its next request on that connection fails, and
 * `wrangler dev` exits.
 */
export async function drain(request: Request): Promise<void> {
  const { headers, body } = request;
  const declared = headers.get('content-length');
  if (!body || Number(declared) > DRAINED_MAX_BYTES) return;
  try {
    if (declared !== null && Number(declared) <= BODY_MAX_BYTES) {
      if (!request.bodyUsed) await request.arrayBuffer();
      return;
    }
    // Large reads into one buffer take a tenth of the CPU of reading chunk by chunk.
    const reader = body.getReader({ mode: 'byob' });
    let buffer = new Uint8Array(BODY_MAX_BYTES);
    for (let left = DRAINED_MAX_BYTES; left > 0; left -= buffer.length) {
      const { done, value } = await reader.readAtLeast(buffer.length, buffer);
      if (done) return;
      buffer = new Uint8Array(value.buffer);
    }
  } catch {
    // The client has gone, and nobody waits for the answer.
  }
}
