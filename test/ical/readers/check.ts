/**
 * Writes random calendars as iCalendar text, and has software that nobody here wrote expand them: every instance must be
 * ours. `npm run check:ical` (needs Debian's python3-icalendar and python3-recurring-ical-events; it downloads ical.js and
 * node-ical once).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WrittenEvent } from '../../../src/ical/calendar.ts';
import { calendarText } from '../../../src/ical/calendar.ts';
import { type RandomCalendar, randomCalendar } from './random-calendars.ts';

const CALENDARS = Number(process.env.CALENDARS ?? 500);
const PYTHON = 'python3-icalendar with recurring_ical_events';
const here = import.meta.dirname;
const tools = join(homedir(), '.cache', 'nettu-ical');
const folder = mkdtempSync(join(tmpdir(), 'nettu-ical-'));
mkdirSync(tools, { recursive: true });
if (!existsSync(join(tools, 'node_modules/node-ical'))) {
  writeFileSync(join(tools, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', 'ical.js@2.2.1', 'node-ical@0.26.1'], {
    cwd: tools,
  });
}
for (const script of ['expand-ical-js.mjs', 'expand-node-ical.mjs'])
  cpSync(join(here, script), join(tools, script));

const calendars = Array.from({ length: CALENDARS }, (_, i) => randomCalendar(i + 1));
const jobs = calendars.map(({ events, window }, i) => {
  const file = join(folder, `${i}.ics`);
  writeFileSync(file, [...calendarText({ name: 'Random', detail: 'full' }, events)].join(''));
  return { file, ...window };
});

/**
 * How many of 500 calendars each reader read as we do on 28 November 2026; the differences that were looked at were faults of its own, not all of them were.
 * ical.js: dates from the end of a month in every nth year, EXDATE beside BYMONTH and ordinals, BYSETPOS beside BYMONTH.
 * node-ical: it stays an hour late after an occurrence in a gap, and cannot read some DTSTART at all.
 * python3-icalendar takes a known zone from the system, whose law for Morocco is older than ours: those are left out.
 */
const AT_LEAST: Readonly<Record<string, number>> = { 'ical.js': 493, 'node-ical': 488, [PYTHON]: 500 };

/** The zone whose law changed between the zone data of Debian 12 and ours. */
const isOlderThere = (name: string, { timezone }: WrittenEvent) =>
  name === PYTHON && timezone === 'Africa/Casablanca';

type Found = Record<string, [number, number][]>;
const readers: [name: string, command: string, args: string[]][] = [
  ['ical.js', process.execPath, [join(tools, 'expand-ical-js.mjs')]],
  ['node-ical', process.execPath, [join(tools, 'expand-node-ical.mjs')]],
  [PYTHON, '/usr/bin/python3', [join(here, 'expand.py')]],
];

/** The starts alone: readers differ in what they make of a length over a change of clocks. */
const starts = (all: readonly [number, number][] = []) =>
  JSON.stringify([...new Set(all.map(([start]) => start))].sort((a, b) => a - b));

let failed = false;
for (const [name, command, args] of readers) {
  const input = JSON.stringify(jobs);
  const output = execFileSync(command, args, {
    input,
    maxBuffer: 2 ** 30,
    cwd: tools,
    env: { ...process.env, TZ: 'UTC' },
  });
  const results = JSON.parse(output.toString()) as Found[];
  let same = 0;
  let instances = 0;
  let shown = 0;
  results.forEach((found, i) => {
    const { expected, events, window } = calendars[i] as RandomCalendar;
    // A window of other readers may include what ends at its start.
    const inside = (all: readonly [number, number][] = []) =>
      all.filter(([start]) => start >= window.startTs && start < window.endTs);
    const wrong = events.filter(
      (event) =>
        !isOlderThere(name, event) && starts(inside(found[event.id])) !== starts(inside(expected[event.id])),
    );
    instances += events.reduce((sum, { id }) => sum + inside(expected[id]).length, 0);
    if (wrong.length === 0) same += 1;
    for (const { id, recurrence, timezone, startTs, weekStart } of wrong) {
      shown += 1;
      if (shown > 25) continue;
      const [theirs, ours] = [found[id], expected[id]].map(
        (all) => new Set(inside(all).map(([start]) => start)),
      );
      const more = [...(theirs ?? [])]
        .filter((start) => !ours?.has(start))
        .map((ts) => new Date(ts).toISOString());
      const less = [...(ours ?? [])]
        .filter((start) => !theirs?.has(start))
        .map((ts) => new Date(ts).toISOString());
      console.log(
        name,
        id,
        timezone,
        weekStart,
        new Date(startTs).toISOString(),
        JSON.stringify(recurrence),
        { more: more.slice(0, 4), less: less.slice(0, 4), error: found.error },
      );
    }
  });
  failed ||= same < (AT_LEAST[name] ?? 0) * (CALENDARS / 500);
  console.log(`${name}: ${same} of ${CALENDARS} calendars equal, ${instances} instances`);
}
rmSync(folder, { recursive: true, force: true });
if (failed) process.exitCode = 1;
