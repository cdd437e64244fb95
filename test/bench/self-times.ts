/** From V8's CPU profile to the time that each function took itself, without those it called. */
import type { Profiler } from 'node:inspector';

export interface SelfTime {
  name: string;
  /** Where it stands; of what is not JavaScript, who called it. */
  place: string;
  /** Milliseconds. */
  self: number;
  /** Of all the time in which something ran. */
  share: number;
}

type Node = Profiler.ProfileNode;

/** Microseconds that one sample may stand for: V8 takes five in that time while something runs. */
const LONGEST = 1000;

/** The dearest first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const times = new Map<string, SelfTime>();
  let total = 0;
  samples.forEach((id, i) => {
    const node = byId.get(id);
    if (!node || node.callFrame.functionName === '(idle)') return;
    // A sample lasts until the next one; but while the isolate waits for the database there is none.
    const self = Math.min(timeDeltas[i + 1] ?? 0, LONGEST) / 1000;
    total += self;
    const [name, place] = [nameOf(node), shardOf(node) || callerOf(node, parents)];
    const entry = times.get(name + place) ?? { name, place, self: 0, share: 0 };
    entry.self += self;
    times.set(name + place, entry);
  });
  return [...times.values()]
    .map((entry) => ({ ...entry, share: entry.self / total }))
    .sort((a, b) => b.self - a.self);
}

const nameOf = ({ callFrame }: Node) => callFrame.functionName || '(anonymous)';

const shardOf = ({ callFrame: { url, lineNumber } }: Node) =>
  url ? `${url.split('/').at(-1)}:${lineNumber + 1}` : '';

/** The nearest JavaScript above. */
function callerOf(node: Node, parents: ReadonlyMap<number, Node>): string {
  let caller = parents.get(node.id);
  while (caller && !shardOf(caller)) caller = parents.get(caller.id);
  return caller ? `from ${nameOf(caller)} ${shardOf(caller)}` : '';
}
