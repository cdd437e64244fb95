/** What the page asks of "your backend": JSON in, JSON out. */
import { unwrap } from '@nettu/scheduler-sdk';
import type { Backend, TokenWish } from './backend.ts';
import type { Notifications } from './notifications.ts';
import type { RecordedRequest } from './record.ts';

/** What was asked for, and the requests that it took. */
export interface Reply<T> {
  data: T;
  requests: RecordedRequest[];
}

export interface KeyChange {
  kid: string;
  state?: 'standby' | 'active' | 'retiring' | 'revoked';
  /** Seconds from now; with `retiring`. */
  retiresIn?: number;
}

type Tell = (request: RecordedRequest) => void;

/** Each takes the body of a POST. */
export const actions = (backend: Backend, notifications: Notifications) => ({
  setup: async () => backend.setup,
  restartOnPrimary: async () => {
    const setup = await backend.restartOnPrimary();
    await notifications.connect();
    return setup;
  },

  token: async (wish: TokenWish) => backend.sign(wish),
  inspect: ({ token }: { token: string }, tell: Tell) =>
    unwrap(backend.server(tell).account.keys.inspect(token)),

  keys: (_: unknown, tell: Tell) => unwrap(backend.server(tell).account.keys.list()),
  addKey: (_: unknown, tell: Tell) => backend.addKey(tell),
  setKey: ({ kid, state = 'active', retiresIn }: KeyChange, tell: Tell) =>
    unwrap(
      backend.server(tell).account.keys.setState(kid, {
        state,
        ...(retiresIn !== undefined && { retiresAt: Date.now() + retiresIn * 1000 }),
      }),
    ),
  removeKey: ({ kid }: KeyChange, tell: Tell) => unwrap(backend.server(tell).account.keys.remove(kid)),
  revokeTokens: ({ userId, takeBack }: { userId: string; takeBack?: boolean }, tell: Tell) =>
    unwrap(backend.server(tell).user.revokeTokens(userId, takeBack ? null : Date.now())),

  /** Somebody whom the visitor does not know books a slot. */
  bookForAnother: ({ startTs, duration }: { startTs: number; duration: number }, tell: Tell) =>
    unwrap(
      backend.server(tell).booking.create(backend.setup.serviceId, {
        startTs,
        duration,
        metadata: { title: 'Consultation', name: 'Somebody else' },
      }),
    ),
  /** For a page without tokens: what a backend does with `slot-selected`. */
  book: async (slot: { start: number; duration: number }, tell: Tell) => {
    const { data, error } = await backend.server(tell).booking.create(backend.setup.serviceId, {
      startTs: slot.start,
      duration: slot.duration,
      metadata: { title: 'Consultation', name: 'A visitor' },
    });
    return { booking: data?.booking ?? null, code: error?.code ?? null };
  },

  ping: () => notifications.ping(),
});
