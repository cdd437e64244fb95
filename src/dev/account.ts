/**
 * npm run accounts: lists the accounts of every shard, with what they use.
 * npm run account -- show ID [--remote] [--persist-to FOLDER] [--config FILE]: what an account may have, and has; of a
 *   deleted one, how far its removal is.
 * npm run account -- suspend ID, and resume ID: closes an account for every caller, and opens it again.
 * npm run account -- quota ID events=50000 users=default: sets quotas of an account, in the database of its shard.
 * npm run account -- delete ID: removes an account. It is gone at once, and the Worker deletes its rows in steps.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { removed } from '../db/removed.ts';
import { shardOfAccount } from '../db/shard-ids.ts';
import { quotaDefaults } from '../quotas.ts';
import type { Quota, QuotaName } from '../sdk/types.ts';
import { inLowerCase, isUuid } from '../validation/schemas.ts';
import { bindingOf, bindingsOf, readConfig } from './databases.ts';
import { rowsOf } from './wrangler-d1.ts';

const USAGE =
  'Run npm run accounts, or npm run account -- show ID, suspend ID, resume ID, delete ID, or quota ID events=50000 users=default.';

/** What the steps of a removal delete of an account, in their order, before the account itself. */
const REMOVED = [
  'bookings',
  'events',
  'service_users',
  'calendars',
  'schedules',
  'services',
  'users',
  'deliveries',
];

/** The removal of an account, and how far it is. Times are in milliseconds since the epoch. */
interface AccountRemoval {
  since: number;
  failures: number;
  nextAt: number;
  /** The tables that have rows of it, each in its place. */
  left: (string | null)[];
}

/** Runs one statement in the database of the account. */
type Run = <Row>(sql: string) => Row[];

interface Target {
  /** Checked, since it becomes part of the SQL. */
  id: string;
  binding: string;
  run: Run;
}

const commands: Record<string, (target: Target, settings: string[]) => string[]> = {
  show,
  quota(target, settings) {
    const patch = JSON.stringify(Object.fromEntries(settings.map(settingOf)));
    target.run(
      `UPDATE usage SET quotas = json_patch(quotas, '${patch}') WHERE account_id = '${target.id}' RETURNING 1`,
    );
    return show(target);
  },
  suspend({ id, binding, run }) {
    const done = run(
      `INSERT INTO suspensions (account_id, since) SELECT id, ${Date.now()} FROM accounts
        WHERE id = '${id}' AND NOT ${removed('accounts.id', 'accounts.id')} ON CONFLICT DO NOTHING RETURNING 1`,
    );
    if (!done.length) throw new Error(`${binding} has no account ${id}, or it is suspended already.`);
    return [
      `account ${id} in ${binding} is suspended: its callers get 403, and its webhooks get nothing.`,
      `npm run account -- resume ${id} opens it again.`,
    ];
  },
  resume({ id, binding, run }) {
    const done = run(`DELETE FROM suspensions WHERE account_id = '${id}' RETURNING 1`);
    if (!done.length) throw new Error(`${binding} has no account ${id}, or it is not suspended.`);
    return [`account ${id} in ${binding} is open again. What its webhooks missed is sent now.`];
  },
  delete({ id, binding, run }) {
    const done = run(
      `INSERT INTO removals (account_id, id, kind) SELECT id, id, 'account' FROM accounts WHERE id = '${id}'
        ON CONFLICT DO NOTHING RETURNING id`,
    );
    if (!done.length) throw new Error(`${binding} has no account ${id}, or it is deleted already.`);
    return [`account ${id} in ${binding} is deleted. The Worker removes its rows in the background.`];
  },
};

/**
 * Runs the command.
 *
 * @param args the arguments of the command line.
 * @returns the lines for the operator.
 * @throws Error that says what to correct.
 */
export function account(args: string[]): string[] {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      remote: { type: 'boolean', default: false },
      'persist-to': { type: 'string' },
      config: { type: 'string', default: 'wrangler.toml' },
    },
  });
  const [name = '', given = '', ...settings] = positionals;
  const id = inLowerCase(given);
  const config = readConfig(values.config);
  const flags = [
    ...['--config', config.configPath ?? values.config],
    ...(values.remote ? ['--remote'] : []),
    ...(values['persist-to'] ? ['--persist-to', values['persist-to']] : []),
  ];
  if (name === 'list' && positionals.length === 1)
    return bindingsOf(config).flatMap((binding) => list(binding, (sql) => rowsOf(binding, sql, flags)));
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command || !isUuid(id) || (name === 'quota') !== settings.length > 0) throw new Error(USAGE);
  const binding = bindingOf(config, shardOfAccount(id));
  return command({ id, binding, run: (sql) => rowsOf(binding, sql, flags) }, settings);
}

function show({ id, binding, run }: Target): string[] {
  const left = REMOVED.map(
    (table) => `CASE WHEN EXISTS (SELECT 1 FROM ${table} WHERE account_id = '${id}') THEN '${table}' END`,
  );
  const [row] = run<{
    json: string;
    own: string;
    suspended: number | null;
    removal: string | null;
    webhooks: number;
    paused: number;
    slow: number;
  }>(
    `SELECT json, usage.quotas AS own, count(e.id) AS webhooks, count(e.paused_at) AS paused, count(e.slow_since) AS slow,
      (SELECT since FROM suspensions WHERE account_id = usage.account_id) AS suspended,
      (SELECT json_object('since', created, 'failures', failures, 'nextAt', next_at, 'left', json_array(${left}))
        FROM removals WHERE account_id = usage.account_id AND id = usage.account_id) AS removal
      FROM usage JOIN quotas_json ON quotas_json.account_id = usage.account_id LEFT JOIN endpoints e ON e.account_id = usage.account_id
      WHERE usage.account_id = '${id}' GROUP BY usage.account_id`,
  );
  if (!row) throw new Error(`${binding} has no account ${id}.`);
  const own: object = JSON.parse(row.own);
  const quotas = Object.entries(JSON.parse(row.json) as Record<QuotaName, Quota>);
  return [
    `account ${id} in ${binding}`,
    ...(row.removal === null ? [] : removalIn(JSON.parse(row.removal))),
    ...(row.suspended === null ? [] : [`suspended since ${timeOf(row.suspended)}`]),
    `webhooks: ${row.webhooks}, of which ${row.paused} are paused and ${row.slow} slow`,
    ...quotas.map(
      ([quota, { limit, use }]) => `${quota}: ${use} of ${limit}${quota in own ? ', set here' : ''}`,
    ),
  ];
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

const removalIn = ({ since, failures, nextAt, left }: AccountRemoval): string[] => [
  `deleted since ${timeOf(since)}; still there: ${left.filter(Boolean).join(', ') || 'its own row'}`,
  ...(failures ? [`its removal failed ${failures} times, and goes on at ${timeOf(nextAt)}`] : []),
];

interface ListedAccount {
  id: string;
  /** Milliseconds since the epoch. */
  created: number;
  users: number;
  events: number;
  bookings: number;
  bytes: number;
  pending: number;
  state: string;
  /** The names of its API keys, since an account itself has none. */
  names: string | null;
}

/** The accounts of a database, the largest first. */
function list(binding: string, run: Run): string[] {
  const rows = run<ListedAccount>(
    `SELECT a.id, a.created, u.users, u.events, u.bookings, u.bytes, u.pending,
      CASE WHEN ${removed('a.id', 'a.id')} THEN 'deleted' WHEN s.since IS NOT NULL THEN 'suspended' ELSE 'open' END AS state,
      (SELECT group_concat(name, ', ') FROM api_keys WHERE account_id = a.id) AS names
    FROM usage u JOIN accounts a ON a.id = u.account_id LEFT JOIN suspensions s ON s.account_id = a.id
    ORDER BY u.bytes DESC, a.id`,
  );
  const head = ['account', 'created', 'users', 'events', 'bookings', 'bytes', 'pending', 'state', 'API keys'];
  const cells = rows.map(({ id, created, users, events, bookings, bytes, pending, state, names }) =>
    [id, new Date(created).toISOString().slice(0, 10), users, events, bookings, bytes, pending, state]
      .map(String)
      .concat(printable(names ?? '')),
  );
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const lines = [head, ...cells].map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  return [
    `${binding}: ${rows.length} ${rows.length === 1 ? 'account' : 'accounts'}`,
    ...lines.map((line) => line.trimEnd()),
  ];
}

/** A name is the account's: it may hold control characters. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?');

/** A setting such as `events=50000`; `default` takes an earlier one back. */
function settingOf(setting: string): [QuotaName, number | null] {
  const [, quota = '', value = ''] = /^(\w+)=(\d{1,15}|default)$/.exec(setting) ?? [];
  if (Object.hasOwn(quotaDefaults, quota))
    return [quota as QuotaName, value === 'default' ? null : Number(value)];
  throw new Error(
    `"${setting}" is no quota. Write NAME=NUMBER or NAME=default, of ${Object.keys(quotaDefaults).join(', ')}.`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const line of account(process.argv.slice(2))) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
