/** Computes the self time of each function from V8's CPU profile: the time without the functions that it calls. */
import type { Profiler } from 'node:inspector';

export interface SelfTime {
  name: string;
  /** The file and line; for a native function, its caller. */
  location: string;
  /** Milliseconds. */
  self: number;
  /** The share of the total, from 0 to 1. */
  share: number;
}

type Node = Profiler.ProfileNode;

/** The longest time that one sample counts for. While code runs, V8 takes five samples in this time. */
const SAMPLE_MAX_MICROS = 1000;

/** The functions by self time, the longest first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const times = new Map<string, SelfTime>();
  let total = 0;
  samples.forEach((id, i) => {
    const node = byId.get(id);
    if (!node || node.callFrame.functionName === '(idle)') return;
    // A sample lasts until the next one. V8 takes none while the isolate waits for the database.
    const self = Math.min(timeDeltas[i + 1] ?? 0, SAMPLE_MAX_MICROS) / 1000;
    total += self;
    const [name, location] = [nameOf(node), locationOf(node) || callerOf(node, parents)];
    const entry = times.get(name + location) ?? { name, location, self: 0, share: 0 };
    entry.self += self;
    times.set(name + location, entry);
  });
  return [...times.values()]
    .map((entry) => ({ ...entry, share: entry.self / total }))
    .sort((a, b) => b.self - a.self);
}

const nameOf = ({ callFrame }: Node) => callFrame.functionName || '(anonymous)';

const locationOf = ({ callFrame: { url, lineNumber } }: Node) =>
  url ? `${url.split('/').at(-1)}:${lineNumber + 1}` : '';

/** The closest caller in JavaScript. */
function callerOf(node: Node, parents: ReadonlyMap<number, Node>): string {
  let caller = parents.get(node.id);
  while (caller && !locationOf(caller)) caller = parents.get(caller.id);
  return caller ? `from ${nameOf(caller)} ${locationOf(caller)}` : '';
}
