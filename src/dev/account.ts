/**
 * npm run account -- show ID [--remote] [--persist-to FOLDER] [--config FILE]: what an account may have, and has.
 * npm run account -- quota ID events=50000 users=default: sets quotas of an account, in the database of its shard.
 * npm run account -- delete ID: removes an account. It is gone at once, and the Worker deletes its rows in steps.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';
import { shardOfAccount } from '../db/shard-ids.ts';
import type { ShardConfig } from '../env.ts';
import { quotaDefaults } from '../quotas.ts';
import type { Quota, QuotaName } from '../sdk/types.ts';
import { inLowerCase, isUuid } from '../validation/schemas.ts';
import { rowsOf } from './wrangler-d1.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const USAGE =
  'Run npm run account -- show ID, npm run account -- quota ID events=50000 users=default, or npm run account -- delete ID.';

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
  const [command, given = '', ...settings] = positionals;
  const id = inLowerCase(given);
  // Only what is checked here becomes part of the SQL.
  if (
    !isUuid(id) ||
    (command === 'quota') !== settings.length > 0 ||
    !['show', 'quota', 'delete'].includes(command ?? '')
  )
    throw new Error(USAGE);
  const flags = [
    ...['--config', resolve(root, values.config)],
    ...(values.remote ? ['--remote'] : []),
    ...(values['persist-to'] ? ['--persist-to', values['persist-to']] : []),
  ];
  const binding = bindingOf(id, values.config);
  if (command === 'quota') {
    const patch = JSON.stringify(Object.fromEntries(settings.map(settingOf)));
    rowsOf(
      binding,
      `UPDATE usage SET quotas = json_patch(quotas, '${patch}') WHERE account_id = '${id}'`,
      flags,
    );
  }
  if (command === 'delete') {
    const removed = rowsOf(
      binding,
      `INSERT INTO removals (account_id, id, kind) SELECT id, id, 'account' FROM accounts WHERE id = '${id}'
        ON CONFLICT DO NOTHING RETURNING id`,
      flags,
    );
    if (!removed.length) throw new Error(`${binding} has no account ${id}, or it is deleted already.`);
    return [`account ${id} in ${binding} is deleted. The Worker removes its rows in the background.`];
  }
  const [row] = rowsOf<{ json: string; own: string }>(
    binding,
    `SELECT json, usage.quotas AS own FROM usage JOIN quotas_json ON quotas_json.account_id = usage.account_id WHERE usage.account_id = '${id}'`,
    flags,
  );
  if (!row) throw new Error(`${binding} has no account ${id}.`);
  const own: object = JSON.parse(row.own);
  const quotas = Object.entries(JSON.parse(row.json) as Record<QuotaName, Quota>);
  return [
    `account ${id} in ${binding}`,
    ...quotas.map(
      ([quota, { limit, use }]) => `${quota}: ${use} of ${limit}${quota in own ? ', set here' : ''}`,
    ),
  ];
}

/** A setting such as `events=50000`; `default` takes an earlier one back. */
function settingOf(setting: string): [QuotaName, number | null] {
  const [, quota = '', value = ''] = /^(\w+)=(\d{1,15}|default)$/.exec(setting) ?? [];
  if (Object.hasOwn(quotaDefaults, quota))
    return [quota as QuotaName, value === 'default' ? null : Number(value)];
  throw new Error(
    `"${setting}" is no quota. Write NAME=NUMBER or NAME=default, of ${Object.keys(quotaDefaults).join(', ')}.`,
  );
}

/** The binding of the account's database. */
function bindingOf(id: string, config: string): string {
  const number = shardOfAccount(id);
  const { vars } = readConfig({ config: resolve(root, config) });
  const shards = (vars.SHARDS ?? vars.PLACES ?? {}) as Record<string, ShardConfig>;
  const binding = number === 0 ? 'DB' : shards[number]?.binding;
  if (binding) return binding;
  throw new Error(`SHARDS in wrangler.toml has no shard ${number}, which this account's id names.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const line of account(process.argv.slice(2))) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
