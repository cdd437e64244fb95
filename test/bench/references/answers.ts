/** What the references answer with: the same headers and bodies as ours, so that as many bytes travel. */

const headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'allow, retry-after, www-authenticate',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
};

export interface CalendarRow {
  id: string;
  user_id: string;
  timezone: string;
  week_start: string;
  metadata: string;
}

export interface UserRow {
  id: string;
  metadata: string;
}

/** As clients send it. */
export interface NewCalendar {
  timezone: string;
  weekStart: string;
  metadata: Record<string, string>;
}

export interface NewUser {
  metadata: Record<string, string>;
}

const json = (body: object, status: number) => Response.json(body, { status, headers });

export const calendarAnswer = (row: CalendarRow | null, status = 200): Response =>
  row
    ? json(
        {
          calendar: {
            id: row.id,
            userId: row.user_id,
            settings: { weekStart: row.week_start, timezone: row.timezone },
            metadata: JSON.parse(row.metadata),
          },
        },
        status,
      )
    : json({}, 404);

const user = ({ id, metadata }: UserRow) => ({ id, metadata: JSON.parse(metadata) });

export const userAnswer = (row: UserRow | null, status = 200): Response =>
  row ? json({ user: user(row) }, status) : json({}, 404);

export const usersAnswer = (rows: UserRow[]): Response => json({ users: rows.map(user) }, 200);

export const preflightAnswer = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-allow-headers': 'authorization, content-type, nettu-account, x-api-key, *',
      'access-control-max-age': '86400',
    },
  });

/** As long as ours, which say what to do about it. */
const details = {
  expired: 'The token cannot be used any more. Ask your server for one.',
  forged: 'The signature was not made with a key of the account. '.repeat(5),
};

export const refusal = (kind: keyof typeof details): Response => {
  const detail = details[kind];
  return Response.json(
    {
      type: `urn:nettu:problem:token-${kind}`,
      title: 'The token is not accepted',
      status: 401,
      detail,
      code: `token-${kind}`,
    },
    {
      status: 401,
      headers: {
        ...headers,
        'content-type': 'application/problem+json',
        'www-authenticate': `Bearer realm="nettu", error="invalid_token", error_description="${detail}"`,
      },
    },
  );
};

/** The last segment of a path: the id that it names. */
export const idIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** A header that every request of the bench has. */
export const header = (request: Request, name: 'nettu-account' | 'x-operation' | 'x-user'): string =>
  request.headers.get(name) ?? '';
