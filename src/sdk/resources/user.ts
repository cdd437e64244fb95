import type { Send } from '../request.ts';
import type {
  CreateUser,
  FreebusyQuery,
  FreebusyResult,
  MetadataQuery,
  RevokeTokens,
  UpdateUser,
  UserResult,
  UsersResult,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The account's users. */
export function accountUsers(send: Send) {
  return {
    /** Creates a user, whose id goes into that user's tokens. */
    create: async (data: CreateUser = {}) => send<UserResult>('POST', '/user', data),

    /** The user of this id. */
    find: async (userId: string) => send<UserResult>('GET', path`/user/${userId}`),

    /** Replaces the user's metadata, where given. */
    update: async (userId: string, data: UpdateUser) => send<UserResult>('PUT', path`/user/${userId}`, data),

    /** Deletes the user, with all calendars and events. */
    remove: async (userId: string) => send<UserResult>('DELETE', path`/user/${userId}`),

    /** The users with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20) =>
      send<UsersResult>('GET', `/user/meta${query({ key, value, skip, limit })}`),

    /**
     * Refuses, from the next request on, every token of this user with an `iat` before `notBefore` (ms; by default
     * now); null takes that back. An `iat` has whole seconds: a token made within this very second may fall under it.
     */
    revokeTokens: async (userId: string, notBefore: number | null = Date.now()) =>
      send<UserResult>('PUT', path`/user/${userId}/tokens`, { notBefore } satisfies RevokeTokens),

    /** When a user is busy between two times (ms, at most 62 days apart): sorted, and without overlaps. */
    freebusy: freebusy(send),
  };
}

/** The user whom the token speaks for, and what may be seen of others. */
export function ownUser(send: Send) {
  return {
    /** The user whom the token speaks for. */
    me: async () => send<UserResult>('GET', '/me'),

    /** When a user is busy between two times (ms, at most 62 days apart): sorted, and without overlaps. */
    freebusy: freebusy(send),
  };
}

function freebusy(send: Send) {
  return async (userId: string, { startTs, endTs, calendarIds }: FreebusyQuery) =>
    send<FreebusyResult>(
      'GET',
      path`/user/${userId}/freebusy` + query({ startTs, endTs, calendarIds: calendarIds?.join(',') }),
    );
}
