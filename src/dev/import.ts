/**
 * npm run import -- FILE [--binding DB] [--remote] [--persist-to FOLDER] [--config FILE]: imports an exported account into a
 * database of wrangler.toml. It is safe to repeat: a row that exists stays as it is.
 * npm run import -- FILE --published [...]: imports the id and the keys of an account of the published service.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { movedToShard } from '../export/change-shard.ts';
import { importCopy } from '../export/import.ts';
import { databaseOf, databaseOptions, readConfig, withDatabase } from './databases.ts';
import { readCopy } from './import-file.ts';
import { readPublishedAccount } from './published-account.ts';

/**
 * Imports the account of an export file.
 *
 * @param args the arguments of the command line.
 * @returns the sentence for the operator.
 * @throws Error with the reason. The import is safe to repeat.
 */
export async function importAccount(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...databaseOptions,
      binding: { type: 'string', default: 'DB' },
      published: { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  if (!file) throw new Error('Name the export file: npm run import -- FILE [--binding DB] [--remote]');
  const { binding, remote, 'persist-to': persistTo } = values;
  const config = readConfig(values.config);
  const { bound, shard } = databaseOf(config, binding);
  const now = Date.now();
  if (values.published && shard !== 0)
    throw new Error(
      'An account of the published service keeps its id and its API key only in DB, which is shard 0.',
    );
  const read = values.published ? await readPublishedAccount(file, now) : await readCopy(file);
  const { copy, apiKey } = await movedToShard(read, shard, now);
  const location = { ...config, remote, persistTo };
  const imported = await withDatabase(bound, location, (db) => importCopy(db, copy)).catch((error: Error) => {
    // D1 may have committed the last batch although its answer was lost, and the API key is nowhere else.
    throw apiKey
      ? new Error(
          `${error.message}\nRun the import again. If it finds the account in ${binding}, the API key is ${apiKey}`,
        )
      : error;
  });
  const rows = Object.values(copy.counts).reduce((sum, count) => sum + count, 0);
  if (!imported) return `The account ${copy.account} is in ${binding} already. Nothing changed.`;
  const done = `Imported the account ${copy.account} into ${binding}: ${rows} rows.`;
  if (!apiKey) return done;
  return `${done}\nThe account has a new id in this shard, and one new API key, shown only once: ${apiKey}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await importAccount(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
