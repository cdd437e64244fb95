/** The actions of "your backend" for the page. Each takes a JSON body and returns JSON. */
import { unwrap } from '@nettu/scheduler-sdk';
import type { Backend, TokenRequest } from './backend.ts';
import type { Notifications } from './notifications.ts';
import type { OnRequest, RecordedRequest } from './record.ts';

/** The result of an action, and the requests to the Worker that it made. */
export interface Reply<T> {
  data: T;
  requests: RecordedRequest[];
}

export interface KeyChange {
  kid: string;
  state?: 'standby' | 'active' | 'retiring' | 'revoked';
  /** Seconds from now; only with `retiring`. */
  retiresIn?: number;
}

/** The actions by name. Each takes the body of a POST. */
export const actions = (backend: Backend, notifications: Notifications) => ({
  setup: async () => backend.setup,

  token: async (request: TokenRequest) => backend.sign(request),
  inspect: ({ token }: { token: string }, onRequest: OnRequest) =>
    unwrap(backend.accountClient(onRequest).account.keys.inspect(token)),

  keys: (_: unknown, onRequest: OnRequest) => unwrap(backend.accountClient(onRequest).account.keys.list()),
  addKey: (_: unknown, onRequest: OnRequest) => backend.addKey(onRequest),
  setKey: ({ kid, state = 'active', retiresIn }: KeyChange, onRequest: OnRequest) =>
    unwrap(
      backend.accountClient(onRequest).account.keys.setState(kid, {
        state,
        ...(retiresIn !== undefined && { retiresAt: Date.now() + retiresIn * 1000 }),
      }),
    ),
  revokeTokens: ({ userId, undo }: { userId: string; undo?: boolean }, onRequest: OnRequest) =>
    unwrap(backend.accountClient(onRequest).user.revokeTokens(userId, undo ? null : Date.now())),

  /** Books a slot for another person than the one at the page. */
  bookForSomebodyElse: ({ startTs, duration }: { startTs: number; duration: number }, onRequest: OnRequest) =>
    unwrap(
      backend.accountClient(onRequest).booking.create(backend.setup.serviceId, {
        startTs,
        duration,
        metadata: { title: 'Consultation', name: 'Somebody else' },
      }),
    ),
  /** Books a slot for a page without tokens, which sends the `detail` of `slot-selected`. */
  book: async (slot: { start: number; duration: number }, onRequest: OnRequest) => {
    const { data, error } = await backend.accountClient(onRequest).booking.create(backend.setup.serviceId, {
      startTs: slot.start,
      duration: slot.duration,
      metadata: { title: 'Consultation', name: 'Guest' },
    });
    return { booking: data?.booking ?? null, code: error?.code ?? null };
  },

  ping: () => notifications.ping(),
});
