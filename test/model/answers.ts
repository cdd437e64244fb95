/** The rules of the contract about an answer: what it says is what is stored, and a refusal changes nothing. */
import { type Fault, faultsIn } from './checker.ts';
import type { Booking, Rows, State, StoredEvent } from './state.ts';
import type { Exchange, Step, World } from './world.ts';

/** The faults in the answers of a step. */
export function faultsOfAnswers(step: Step, world: World): Fault[] {
  const { operation, exchanges, rowsBefore, rowsAfter, before, after, now } = step;
  const faults: Fault[] = [];
  const must = (holds: boolean, rule: string, text: () => string) => {
    if (!holds) faults.push({ rule, text: text() });
  };
  const said = ({ reply }: Exchange) => `${reply.status} ${world.textOf(reply.body)}`;
  for (const exchange of exchanges)
    must(exchange.reply.status < 500, 'an answer of 5xx', () => said(exchange));

  if ('job' in operation) {
    const differences = visibleChanges(before, after, now);
    must(differences.length === 0, 'a job changes what exists', () => world.textOf(differences));
    return faults;
  }
  if (step.copy) {
    const [stored, copied] = [after, step.copy].map(copyable);
    for (const kind of Object.keys(stored ?? {}) as (keyof typeof stored)[]) {
      const text = () => world.textOf([stored?.[kind], copied?.[kind]]);
      must(
        JSON.stringify(stored?.[kind]) === JSON.stringify(copied?.[kind]),
        `an import changes ${kind}`,
        text,
      );
    }
    const faultsOfCopy = faultsIn(step.copy, now, world.history);
    faults.push(...faultsOfCopy.map(({ rule, text }) => ({ rule: `imported: ${rule}`, text })));
  }
  const [exchange] = exchanges;
  if (!exchange || 'together' in operation) return faults;
  const { sent, reply } = exchange;
  const changed = changedTables(rowsBefore, rowsAfter);
  if ('replay' in operation) {
    must(
      changed.length === 0 || reply.headers.get('idempotency-replayed') === null,
      'a replay changes something',
      () => changed.join(),
    );
  } else if (reply.status >= 300) {
    must(changed.length === 0, 'a refusal changes something', () => `${said(exchange)}: ${changed}`);
    return faults;
  }
  if (reply.status >= 300 || sent.method === 'GET') return faults;
  const { booking, event } = reply.body;
  if (booking) {
    const stored = after.bookings.find(({ id }) => id === booking.id);
    const text = () => world.textOf([booking, stored]);
    const rule =
      'replay' in operation
        ? 'a replayed answer is not the booking as it is now'
        : 'an answer is not what is stored';
    // A cancellation by the removal of its user, say, is stored later.
    must(stored === undefined || sameBooking(booking, stored), rule, text);
    must(stored !== undefined || 'replay' in operation, 'an answer is not what is stored', text);
  }
  if (event && sent.method !== 'DELETE' && !('replay' in operation)) {
    const stored = after.events.find(({ id }) => id === event.id);
    must(stored !== undefined && sameEvent(event, stored), 'an answer is not what is stored', () =>
      world.textOf([event, stored]),
    );
  }
  return faults;
}

/** What an import keeps. */
const copyable = ({ usage: _, services, ...state }: State) => ({
  ...state,
  // What is removed raises the version of a service for its readers at once, and in its row later.
  services: services.map(({ version: _version, ...service }) => service),
});

/** The names of the tables that differ. */
export const changedTables = (before: Rows, after: Rows): string[] =>
  Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));

/** What a job of the background changed that a caller can see: nothing, but that expired holds go. */
function visibleChanges(before: State, after: State, now: number): unknown[] {
  const seen = ({ usage: _, ...state }: State) =>
    new Map(
      Object.entries(state).flatMap(([kind, rows]) =>
        (rows as Record<string, unknown>[])
          .filter((row) => typeof row.expiresAt !== 'number' || row.expiresAt > now)
          .map(({ version: _version, expiresAt: _expires, ...row }) => {
            const id = `${kind} ${row.id ?? [row.serviceId, row.userId]}`;
            return [id, JSON.stringify(row)] as const;
          }),
      ),
    );
  const [old, renewed] = [seen(before), seen(after)];
  return [...new Set([...old.keys(), ...renewed.keys()])]
    .filter((id) => old.get(id) !== renewed.get(id))
    .map((id) => [old.get(id) ?? null, renewed.get(id) ?? null]);
}

export const sameBooking = (answer: Answered, { hosts, events, version: _, ...stored }: Booking): boolean =>
  same(answer, { ...stored, hostUserIds: hosts, eventIds: events });

export const sameEvent = (
  answer: Answered,
  { version: _, serviceId: _service, ...stored }: StoredEvent,
): boolean => same(answer, stored);

/** A resource in an answer. */
type Answered = Record<string, unknown>;

/** Whether the answer has all of these members. */
const same = (answer: Answered, members: object): boolean =>
  Object.entries(members).every(([name, value]) => JSON.stringify(answer[name]) === JSON.stringify(value));
