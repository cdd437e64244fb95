/** Plays requests by the names of their routes, and records each with its answer. */
import type { Example } from '../../src/openapi/examples.ts';
import type { Door, Route } from '../../src/route.ts';
import { routes } from '../../src/routes.ts';
import { type Account, type Call, call, type User } from '../support/client.ts';
import { open } from '../support/webhooks.ts';
import { Stable } from './stable.ts';

export type RouteName = keyof typeof routes;

interface Request {
  params?: Record<string, string>;
  /** In the order of the URL. */
  query?: Record<string, string | number>;
  body?: object;
  /** A body of iCalendar text. */
  text?: string;
  /** Whose token it carries, where the route takes one; by default the API key's. */
  user?: User;
  /** Reads the answer before it is recorded. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any body that comes over the wire
  learn?: (body: any) => void;
}

/** A Monday morning: the clock of every recorded request. */
export const NOW = Date.parse('2030-01-07T08:00:00Z');
const TOKEN_SECONDS = 3600;

export class Player {
  readonly operations: Partial<Record<RouteName, Example>> = {};
  readonly stable: Stable;
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
    this.stable = new Stable(account.id, NOW);
  }

  /** A token at the time of the recording. */
  token = (user: User): Promise<string> =>
    user.token({ iat: NOW / 1000, exp: NOW / 1000 + TOKEN_SECONDS, schedulerPolicy: { allow: ['*'] } });

  /**
   * Sends a request, records it and returns the body of its answer.
   *
   * @throws Error for an answer that is no success.
   */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any body that comes over the wire
  async play(name: RouteName, request: Request = {}): Promise<any> {
    const route: Route = routes[name];
    const { params = {}, query = {}, body, text: raw, user, learn } = request;
    const door = doorOf(route, user);
    const path = (route[door] ?? '').replace(/:(\w+)/g, (_, param) =>
      encodeURIComponent(params[param] ?? ''),
    );
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    ).toString();
    const options: Call = { headers: await this.#headers(door, user), now: NOW, env: open };
    const reply = await call(route.method, text ? `${path}?${text}` : path, {
      ...options,
      ...(body && { body }),
      ...(raw && { raw, headers: { ...options.headers, 'content-type': 'text/calendar' } }),
    });
    if (reply.status >= 300) throw new Error(`${name}: ${JSON.stringify(reply.body)}`);
    learn?.(reply.body);
    this.operations[name] = this.stable.of({
      params,
      query: text,
      ...(body && { body }),
      ...(raw && { body: raw }),
      answer: reply.headers.get('content-type')?.startsWith('application/jsonl')
        ? this.#lines(reply.body)
        : reply.body,
    });
    return reply.body;
  }

  async #headers(door: Door, user?: User): Promise<Record<string, string>> {
    if (door === 'public' || door === 'feed') return {};
    if (door === 'anyone') return { 'nettu-account': this.#account.id };
    return user ? user.headers(await this.token(user)) : this.#account.headers;
  }

  /** The beginning and the end of an export. */
  #lines(text: string): string {
    const lines = text
      .trim()
      .split('\n')
      .map((line) => this.stable.of(line));
    return [...lines.slice(0, 3), ...lines.slice(-1)].map((line) => `${line}\n`).join('');
  }
}

function doorOf(route: Route, user: User | undefined): Door {
  const doors: Door[] = user ? ['user', 'both', 'anyone'] : ['admin', 'both', 'anyone', 'public', 'feed'];
  const door = doors.find((door) => route[door]);
  if (!door) throw new Error('The route takes no such caller');
  return door;
}
