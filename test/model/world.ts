/** A small account whose resources have short names, so that requests about them read, replay and shrink by themselves. */
import { env } from 'cloudflare:workers';
import { clean } from '../../src/jobs/clean.ts';
import { removeInSteps } from '../../src/removals/remove.ts';
import { importInto, linesIn } from '../export/support.ts';
import { at, DAY, NOW, open } from '../support/bookings.ts';
import { type Account, call, keys, newAccount, type Reply } from '../support/client.ts';
import { finishRemovals } from '../support/removals.ts';
import { History, record } from './checker.ts';
import { startIds } from './ids.ts';
import { rowsOf } from './rows.ts';
import { type Rows, type State, stateOf } from './state.ts';

/** The account's API key, or a user's token. */
export type Caller = 'key' | 'u0' | 'u1' | 'u2';

/** A request. `{name}` in the path and the body stands for the id of what has that name. */
export interface Sent {
  by: Caller;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
  /** The name of what it creates. A booking or an event is created with an idempotency key. */
  as?: string;
}

export type Operation =
  | Sent
  /** The same request again, with its idempotency key. */
  | { replay: string }
  | { waitMinutes: number }
  | { job: 'clean' | 'a removal step' | 'all removals' }
  /** An export, imported into another database; once in a sequence. */
  | { copy: 'account' }
  /** Requests at once. */
  | { together: Sent[] };

export interface Exchange {
  sent: Sent;
  reply: Reply;
}

/** What happened in one step. */
export interface Step {
  operation: Operation;
  exchanges: Exchange[];
  /** The clock at the step, in milliseconds. */
  now: number;
  rowsBefore: Rows;
  rowsAfter: Rows;
  before: State;
  after: State;
  /** What exists in the other database. */
  copy?: State;
}

interface Creation {
  sent: Sent;
  resolved: Pick<Sent, 'path' | 'body'>;
  key: string;
}

export class World {
  now = NOW;
  rows: Rows = {};
  state!: State;
  readonly history = new History((id) => this.names.get(id) ?? id.slice(0, 8));
  private readonly ids = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly creations = new Map<string, Creation>();
  private readonly tokens = new Map<string, string>();
  private created = 0;
  private copied = false;
  private copy: State | undefined;
  private readonly account: Account;

  private constructor(account: Account) {
    this.account = account;
  }

  /** Two hosts, a user who only books, and two services, of which the second also has both hosts. */
  static async create(): Promise<World> {
    startIds();
    const world = new World(await newAccount());
    await world.account.call('PUT', '/account/settings', { body: { keepCancelledDays: 3660 } });
    for (const sent of SETUP) {
      const { reply } = await world.send(sent);
      if (reply.status >= 300) throw new Error(JSON.stringify([sent, reply.body]));
    }
    world.rows = await rowsOf(world.account.id);
    world.state = stateOf(world.rows, world.now);
    return world;
  }

  /** Does one operation, and reads what is stored after it; undefined where it names what there never was. */
  async step(operation: Operation): Promise<Step | undefined> {
    const [rowsBefore, before] = [this.rows, this.state];
    this.copy = undefined;
    const exchanges = await this.run(operation);
    if (!exchanges) return undefined;
    this.rows = await rowsOf(this.account.id);
    this.state = stateOf(this.rows, this.now);
    record(this.history, before, this.state);
    for (const { id, events } of this.state.bookings) {
      for (const [i, event] of events.entries()) {
        if (!this.names.has(event)) this.names.set(event, `${this.history.name(id)}.${i}`);
      }
    }
    const { now, rows: rowsAfter, state: after } = this;
    // What the clock alone changed is no change of the step.
    const step = {
      operation,
      exchanges,
      now,
      rowsBefore,
      rowsAfter,
      before: stateOf(rowsBefore, now),
      after,
    };
    return this.copy ? { ...step, copy: this.copy } : step;
  }

  private async run(operation: Operation): Promise<Exchange[] | undefined> {
    if ('waitMinutes' in operation) {
      this.now += operation.waitMinutes * 60_000;
      return [];
    }
    if ('job' in operation) {
      if (operation.job === 'clean') await clean(env.DB, () => this.now);
      else if (operation.job === 'all removals') await finishRemovals();
      else await removeInSteps(env.DB, () => Date.now(), { statements: 3, ms: 60_000 });
      return [];
    }
    if ('copy' in operation) return this.copied ? undefined : this.export();
    if ('replay' in operation) {
      const creation = this.creations.get(operation.replay);
      return creation && [await this.send(creation.sent, creation)];
    }
    const all = 'together' in operation ? operation.together : [operation];
    const known = all.filter((sent) => this.resolve(sent) !== undefined && !this.stillHas(sent.as));
    return known.length > 0 ? Promise.all(known.map((sent) => this.send(sent))) : undefined;
  }

  /** Sends a request whose names are all known; or again, as it was sent before. */
  async send(sent: Sent, again?: Creation): Promise<Exchange> {
    const resolved = again?.resolved ?? this.resolve(sent) ?? { path: '' };
    const key = again?.key ?? `${sent.as}.${this.created++}`;
    const reply = await call(sent.method, resolved.path, {
      now: this.now,
      headers: { ...(await this.headers(sent.by)), ...(sent.as && { 'idempotency-key': key }) },
      ...(resolved.body && { body: resolved.body }),
    });
    if (sent.as && reply.status === 201 && !again) {
      this.bind(sent.as, idIn(reply.body));
      this.creations.set(sent.as, { sent, resolved, key });
    }
    return { sent, reply };
  }

  /** Whether a user, a calendar, a schedule or a service of this name exists: there is one of each name at a time. */
  private stillHas(name = ''): boolean {
    const { users, calendars, schedules, services } = this.state;
    return [...users, ...calendars, ...schedules, ...services].some(({ id }) => id === this.ids.get(name));
  }

  private async export(): Promise<Exchange[]> {
    this.copied = true;
    const sent: Sent = { by: 'key', method: 'GET', path: '/account/export' };
    const exchange = await this.send(sent);
    if (exchange.reply.status === 200) {
      await importInto(env.COPY, linesIn(exchange.reply.body));
      this.copy = stateOf(await rowsOf(this.account.id, env.COPY), this.now);
    }
    return [exchange];
  }

  private bind(name: string, id: string): void {
    const former = this.ids.get(name);
    if (former) this.names.set(former, `former ${name}`);
    this.ids.set(name, id);
    this.names.set(id, name);
    if (/^u\d/.test(name)) this.tokens.delete(name);
  }

  /** The path and the body with ids for names; undefined where a name has none. */
  resolve({ path, body }: Pick<Sent, 'path' | 'body'>): Pick<Sent, 'path' | 'body'> | undefined {
    let known = true;
    const replace = (text: string) =>
      text.replace(/\{([a-z]\d(?:\.\d)?)\}/g, (_, name: string) => {
        const id = this.idOf(name);
        known &&= id !== undefined;
        return id ?? '';
      });
    const resolved = {
      path: replace(path),
      ...(body && { body: JSON.parse(replace(JSON.stringify(body))) as Sent['body'] & object }),
    };
    return known ? resolved : undefined;
  }

  /** The id of `b1`; of `b1.0`, the first event of `b1`. */
  idOf(name: string): string | undefined {
    const [base = '', event] = name.split('.');
    const id = this.ids.get(base);
    if (event === undefined) return id;
    return this.state?.bookings.find((booking) => booking.id === id)?.events[Number(event)];
  }

  private async headers(by: Caller): Promise<Record<string, string>> {
    if (by === 'key') return this.account.headers;
    const token =
      this.tokens.get(by) ??
      (await keys.sign({
        nettuSchedulerUserId: this.ids.get(by),
        iat: NOW / 1000,
        exp: NOW / 1000 + 30 * 86_400,
        schedulerPolicy: { allow: ['*'] },
      }));
    this.tokens.set(by, token);
    return { 'nettu-account': this.account.id, authorization: `Bearer ${token}` };
  }

  /** A request or a problem as text, with names for ids and times of day for timestamps. */
  textOf(value: unknown): string {
    return named(JSON.stringify(value), this.names);
  }
}

const named = (text: string, names: ReadonlyMap<string, string>): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id) ?? id.slice(0, 8))
    .replace(/\b1[89]\d{11}\b/g, (ms) => {
      const days = Math.floor((Number(ms) - at(0)) / DAY);
      return `${days === 0 ? '' : `day ${days} `}${new Date(Number(ms)).toISOString().slice(11, 16)}`;
    });

function idIn(body: Reply['body']): string {
  const { booking, event, calendar, service, schedule, user } = body;
  return (booking ?? event ?? calendar ?? service ?? schedule ?? user).id;
}

const post = (path: string, as: string | undefined, body: Sent['body'] = {}): Sent => ({
  by: 'key',
  method: 'POST',
  path,
  body,
  ...(as && { as }),
});
const UTC = { timezone: 'UTC' };
const busy = (service: string, user: string, calendar: string): Sent => ({
  by: 'key',
  method: 'PUT',
  path: `/service/{${service}}/users/{${user}}/busy`,
  body: { busy: { provider: 'Nettu', id: `{${calendar}}` } },
});
const hosted = (service: string, user: string, schedule: string, calendar: string): Sent[] => [
  post(`/service/{${service}}/users`, undefined, {
    userId: `{${user}}`,
    availability: { variant: 'Schedule', id: `{${schedule}}` },
  }),
  busy(service, user, calendar),
];
const SETUP: Sent[] = [
  ...['u0', 'u1', 'u2'].map((user) => post('/user', user)),
  post('/user/{u0}/calendar', 'c0', UTC),
  post('/user/{u0}/calendar', 'c1', UTC),
  post('/user/{u1}/calendar', 'c2', UTC),
  post('/user/{u0}/schedule', 'd0', { ...UTC, rules: open() }),
  post('/user/{u1}/schedule', 'd1', { ...UTC, rules: open() }),
  post('/service', 's0'),
  post('/service', 's1'),
  ...hosted('s0', 'u0', 'd0', 'c0'),
  ...hosted('s1', 'u0', 'd0', 'c0'),
  ...hosted('s0', 'u1', 'd1', 'c2'),
];
