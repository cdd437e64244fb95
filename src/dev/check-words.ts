/** `npm run check:words`: fails on words that src/docs/glossary.md retires, in src, test, schema.sql and the docs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Each retired word, and the word to use. Migrations up to 0006 need the former names. */
const retired: readonly [pattern: RegExp, use: string][] = [
  [/\b(errands?|Proven|toldLater|bareClaim|[A-Za-z]*Claim)\b(?!s)/, 'credential, principal'],
  [/\b(evidence|(un)?proven)\b|\bprove[sn]?\(/i, 'proof, verify, unverified'],
  [/\b(remember(ed|s)?|memos?)\b/i, 'idempotency record, replay'],
  [/\btold\b|_told\b/i, 'notify, or the plain verb'],
  [/\basked\b|\bask D1\b/i, 'parse, query, request'],
  [/\b(nudges?|nudged)\b/i, 'wake the queue'],
  [/\b(leaveReplica|startAnew|nearFrom)\b/, 'replica, primary'],
  [/\bplace [0-9N]\b|\bPlace\b|\bplaces\b|\bplaceOf\w*/, 'shard, position'],
  [/\b(agendas?|stamps?)\b/i, 'availability revision, change token'],
  [/\b(filed|files? (events|reminders))\b/i, 'backfill, due'],
  [/\b(furnish\w*|left-behind|LeftBehind)\b/, 'seed, demo state'],
  [/\b(unsure|heavy)\b/, 'retry advice, unbounded'],
  [/\bvisitors?\b/i, 'anonymous'],
  [/\b(tagged|Tagged|isTagged)\b/, 'hasEtag, withEtag'],
  [/\b(FaultsOf|faultless|faultOf\w*)\b/, 'D1 errors, recurrence errors, route errors'],
];

/** Marks a line where a retired word is a wire name, or a name of the release before this one. */
const ALLOWED = /words: allow|former name/;

const files = execFileSync(
  'git',
  ['ls-files', 'src', 'test', 'schema.sql', 'README.md', 'wrangler.toml', 'vitest.config.ts', '.ci'],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => /\.(ts|sql|md|toml|html|css)$|^\.ci\//.test(file))
  .filter((file) => !/migrations\/000[1-6]|check-words|glossary\.md|releases\//.test(file));

const found = files.flatMap((file) =>
  (readFileSync(file, 'utf8').split('-- For the previous release')[0] ?? '')
    .split('\n')
    .flatMap((line, i) => {
      const [, use] = (!ALLOWED.test(line) && retired.find(([pattern]) => pattern.test(line))) || [];
      return use ? [`${file}:${i + 1}: say ${use}: ${line.trim().slice(0, 100)}`] : [];
    }),
);
for (const line of found) console.error(line);
console.log(`Retired words: ${found.length} in ${files.length} files`);
if (found.length > 0) process.exitCode = 1;
