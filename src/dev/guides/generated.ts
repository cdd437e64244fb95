/** The parts of the guides that nobody writes by hand, as Markdown: every route, every problem, every limit. */
import { STATUS_CODES } from 'node:http';
import { doorNames } from '../../auth/doors.ts';
import { limitsOf } from '../../openapi/limits.ts';
import { problemsOf } from '../../openapi/problems.ts';
import { queryOf } from '../../openapi/schema.ts';
import { tags, words } from '../../openapi/words.ts';
import type { AnyOperation } from '../../operation.ts';
import type { OperationDocs } from '../../operation-docs.ts';
import { kinds, Problem } from '../../problem.ts';
import type { Route } from '../../route.ts';
import { routes } from '../../routes.ts';
import type { ProblemCode } from '../../sdk/types.ts';
import { ADDRESS } from './layout.ts';
import { problemNotes } from './problem-notes.ts';
import { textOf } from './sources.ts';

const operations = Object.entries<Route>(routes).map(([name, route]) => {
  const docs: OperationDocs = words[name as keyof typeof words];
  return { route, docs };
});

/** The comment `<!-- generated: NAME -->` in a page stands for a part. */
export const generated: Readonly<Record<string, () => string>> = {
  routes: () => Object.entries(tags).map(routesOf).join('\n\n'),
  problems: () => [...Map.groupBy(codes, (code) => kinds[code][0])].map(problemsWith).join('\n\n'),
  limits: () =>
    [...Map.groupBy(limitsOf(textOf('src/limits.ts')), ({ section }) => section)]
      .map(([section, limits]) => {
        const rows = limits.map(({ sentence, value }) => [sentence, value]);
        return `## ${section}\n\n${table(['limit', 'value'], rows)}`;
      })
      .join('\n\n'),
};

function routesOf([tag, description]: [string, string]): string {
  const rows = operations
    .filter(({ docs }) => docs.tag === tag)
    .map(({ route, docs }) => [docs.summary, ...pathsOf(route), queryIn(route), route.needs.join(', ')]);
  return `## ${tag}\n\n${description}\n\n${table(['', 'API key', 'token', 'query', 'permission'], rows)}`;
}

/** The request of an account, and that of a user. */
function pathsOf({ method, opens, ...doors }: Route): [account: string, user: string] {
  const request = (path: string | undefined) => (path ? `\`${method} ${path}\`` : '');
  if (doors.public) return [`${request(doors.public)}, needs no credential`, 'the same'];
  const shared = request(doors.both ?? doors.anyone);
  if (opens) return [`${shared}, also anonymous while \`${opens}\` is on`, 'the same'];
  return shared ? [shared, 'the same'] : [request(doors.admin), request(doors.user)];
}

function queryIn({ does }: Route): string {
  const { query }: AnyOperation = does;
  const members = query ? queryOf(query) : [];
  return members.map(({ name, schema }) => `\`${name}${schema.type === 'object' ? '[KEY]' : ''}\``).join(' ');
}

const codes = Object.keys(kinds) as ProblemCode[];

/** The operations that can answer with each code, by what the description says of them. */
const answering = new Map<ProblemCode, Set<string>>();
for (const { route, docs } of operations) {
  for (const door of doorNames.filter((door) => route[door])) {
    for (const code of problemsOf(route, door, docs.codes).flatMap(([, codes]) => codes)) {
      answering.set(code, (answering.get(code) ?? new Set()).add(docs.summary));
    }
  }
}

/** More than these are not listed by name. */
const NAMED_MAX = 8;

function problemsWith([status, codes]: [number, ProblemCode[]]): string {
  const entries = codes.map((code) => {
    const { title, detail } = new Problem(code);
    const found = [...(answering.get(code) ?? [])];
    const count = `${found.length} of ${operations.length} operations`;
    const many = found.length === operations.length ? 'every operation' : count;
    const by = found.length > NAMED_MAX ? many : found.join('; ');
    return [
      `### \`${code}\``,
      `**${title}.** ${problemNotes[code]}`,
      ...(detail === title ? [] : [`> ${detail}`]),
      ...(found.length ? [`Answered by: ${by}.`] : []),
    ].join('\n\n');
  });
  return [`## ${status} ${STATUS_CODES[status]}`, ...entries].join('\n\n');
}

/** Every problem as a list, for the description: its code, its status, and what to do. */
export function problemCatalogue(): string {
  const lines = codes.map((code) => {
    const [status, title] = kinds[code];
    const note = problemNotes[code].replace(/\]\((\w+)\.md/g, `](${ADDRESS}/$1`);
    return `- \`${code}\` (${status}): **${title}.** ${note}`;
  });
  return `Each has its own section in the [problems](${ADDRESS}/problems).\n\n${lines.join('\n')}`;
}

/** A column without a value in any row is left out. */
function table(head: string[], rows: string[][]): string {
  const line = (cells: readonly string[]) => {
    const used = cells.filter((_, column) => rows.some((row) => row[column]));
    return `| ${used.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  };
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
