/** The webhook endpoint of the accounts that behave: it answers at once, and measures how late notifications arrive. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Phase = 'quiet' | 'hostile';

/** A notification that is to come. */
interface Expected {
  phase: Phase;
  kind: 'change' | 'reminder';
  /** When the write was due to be sent, or the reminder is due, in milliseconds since the epoch. */
  at: number;
}

export interface Arrival extends Expected {
  /** How late it arrived; infinite: it did not, before `lost` was called. */
  ms: number;
}

export interface Arrivals {
  url: string;
  expect(key: string, expected: Expected): void;
  /** What has been written is deleted, or was refused. */
  forget(key: string): void;
  /** Waits until everything that was due before `end` has arrived, or for so long. */
  settle(end: number, waitMs: number): Promise<void>;
  /** All arrivals of a phase, those that were due before its end and did not arrive included. */
  of(phase: Phase, end: number): Arrival[];
  stop(): void;
}

/** The resource that a notification is about. */
interface Resource {
  id: string;
  metadata: Record<string, string>;
}
interface Notification {
  type: string;
  data?: Record<string, Resource>;
  reminders?: { event: Resource }[];
}

/** What tells one change from another: a creation and an update by the tag in its metadata, the rest by the id. */
export const changeKey = (type: string, tagOrId: string): string => `${type} ${tagOrId}`;
export const reminderKey = (event: string): string => `reminder ${event}`;

function keysOf({ type, data, reminders }: Notification): string[] {
  if (reminders) return reminders.map(({ event }) => reminderKey(event.id));
  const [resource] = Object.values(data ?? {});
  return resource ? [changeKey(type, resource.metadata.tag ?? ''), changeKey(type, resource.id)] : [];
}

export async function startArrivals(): Promise<Arrivals> {
  const waiting = new Map<string, Expected>();
  const arrived: Arrival[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end();
    const now = Date.now();
    // At least once: a second arrival finds nothing that waits for it.
    for (const key of keysOf(JSON.parse(body) as Notification)) {
      const expected = waiting.get(key);
      if (!expected) continue;
      waiting.delete(key);
      arrived.push({ ...expected, ms: now - expected.at });
    }
  });
  // The server must not close an idle connection just as a request arrives.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const overdue = (end: number) => [...waiting.values()].filter(({ at }) => at <= end);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    expect: (key, expected) => void waiting.set(key, expected),
    forget: (key) => void waiting.delete(key),
    async settle(end, waitMs) {
      const until = Date.now() + waitMs;
      while (overdue(end).length > 0 && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 100));
    },
    of: (phase, end) =>
      [...arrived, ...overdue(end).map((one) => ({ ...one, ms: Number.POSITIVE_INFINITY }))].filter(
        (one) => one.phase === phase && one.at <= end,
      ),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
