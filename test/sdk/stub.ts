/** A `fetch` that records the requests, and returns the replies of a list; after the last one, it repeats it. */
export interface Sent {
  method: string | undefined;
  url: string;
  /** Without `nettu-sdk`, which every request has. */
  headers: Record<string, string>;
  /** The parsed JSON; undefined without a body. */
  body: unknown;
}

export type Reply = () => Response | Promise<Response>;

/** iCalendar text stays text. */
const bodyIn = (body: string): unknown => (/^[{[]/.test(body) ? JSON.parse(body) : body);

export function stubFetch(...replies: Reply[]) {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { 'nettu-sdk': _, ...headers } = Object.fromEntries(new Headers(init.headers));
    sent.push({
      method: init.method,
      url,
      headers,
      body: typeof init.body === 'string' ? bodyIn(init.body) : undefined,
    });
    const reply = replies[Math.min(sent.length, replies.length) - 1] ?? json({});
    return reply();
  };
  return { fetch, sent };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  () =>
    Response.json(body, { status, headers });

export const problem = (code: string, status: number, headers?: Record<string, string>): Reply =>
  json({ type: 'about:blank', title: 'Refused', status, detail: 'Because.', code }, status, headers);

/** No answer, as without a network. */
export const lost: Reply = () => Promise.reject(new TypeError('fetch failed'));

/** An unsigned JWT with these claims. The SDK reads tokens, and does not verify them. */
export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}
