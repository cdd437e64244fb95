/** Every bound of src/limits.ts as a person reads it: the sentence above it, and its value in words. */
import * as bounds from '../limits.ts';

const values: Readonly<Record<string, number>> = { ...bounds };

export interface Limit {
  name: string;
  /** The heading that the bound stands under. */
  section: string;
  sentence: string;
  /** With its unit, such as `64 KiB`. */
  value: string;
}

const BOUND = /^\/\/ (?<section>.+)$|^\/\*\* (?<sentence>.+) \*\/\nexport const (?<name>\w+)/gm;

/**
 * The bounds in the order of the file.
 *
 * @param source the text of src/limits.ts: only the text has the sentences.
 * @throws Error where the text lacks the sentence of a bound.
 */
export function limitsOf(source: string): Limit[] {
  const limits: Limit[] = [];
  let section = '';
  for (const { groups = {} } of source.matchAll(BOUND)) {
    if (groups.section) section = groups.section;
    const { name, sentence } = groups;
    if (name && sentence) limits.push({ name, section, sentence, value: inWords(name) });
  }
  for (const name of Object.keys(values)) {
    if (!limits.some((limit) => limit.name === name)) throw new Error(`${name} has no sentence of one line`);
  }
  return limits;
}

/** The name of a bound ends in its unit; a bare `_MAX` or `_MIN` counts things. */
function inWords(name: string): string {
  const value = values[name] ?? 0;
  if (name.endsWith('_TS_MS')) return new Date(value).toISOString();
  if (name.endsWith('_MS')) return duration(value, MILLISECONDS);
  if (name.endsWith('_MINUTES')) return duration(value, MINUTES);
  if (name.endsWith('_BYTES')) return inBytes(value);
  const [, unit = ''] = /_(CHARS|SECONDS|DAYS|BITS)$/.exec(name) ?? [];
  return `${value.toLocaleString('en')} ${words[unit] ?? ''}`.trim();
}

const words: Record<string, string> = {
  CHARS: 'characters',
  SECONDS: 'seconds',
  DAYS: 'days',
  BITS: 'bits',
};

const inBytes = (value: number): string => {
  const [unit, size] = Object.entries({ GiB: 1024 ** 3, MiB: 1024 ** 2 }).find(
    ([, size]) => value % size === 0,
  ) ?? ['KiB', 1024];
  return `${value / size} ${unit}`;
};

const MINUTES: Units = { day: 1440, hour: 60, minute: 1 };
const MILLISECONDS: Units = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
type Units = Readonly<Record<string, number>>;

/** In the largest unit that leaves no rest. */
function duration(value: number, units: Units): string {
  const [unit, size] = Object.entries(units).find(([, size]) => value % size === 0) ?? ['', 1];
  const count = value / size;
  return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
}
