import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  CreateUser,
  FreebusyQuery,
  FreebusyResult,
  ListQuery,
  MetadataQuery,
  RevokeTokens,
  UpdateUser,
  UserResult,
  UsersPage,
  UsersResult,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The account's users. */
export function accountUsers(send: Send) {
  const findById = async (userId: string, options?: ReadOptions<UserResult>) =>
    send<UserResult>('GET', path`/user/${{ userId }}`, options);
  return {
    /** Creates a user, whose id goes into that user's tokens. */
    create: async (data: CreateUser = {}, options?: CreateOptions) =>
      send<UserResult>('POST', '/user', options, data),

    /** The user of this id. */
    findById,

    /** As `findById`, under the name that earlier versions of this package gave it. */
    find: findById,

    /** Replaces the user's metadata, where given. */
    update: async (userId: string, data: UpdateUser, options?: ChangeOptions) =>
      send<UserResult>('PUT', path`/user/${{ userId }}`, options, data),

    /** Deletes the user, with all calendars and events. */
    remove: async (userId: string, options?: ChangeOptions) =>
      send<UserResult>('DELETE', path`/user/${{ userId }}`, options),

    /** The account's users, by creation: a page when awaited, all of them in `for await`. */
    list: (query?: ListQuery, options?: RequestOptions) => list(send, usersOf, () => '/user', query, options),

    /** The users with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<UsersResult>('GET', `/user/meta${query({ key, value, skip, limit })}`, options),

    /**
     * Refuses, from the next request on, every token of this user with an `iat` before `notBefore` (ms; by default
     * now); null takes that back. An `iat` has whole seconds: a token made within this very second may fall under it.
     */
    revokeTokens: async (userId: string, notBefore: number | null = Date.now(), options?: ChangeOptions) =>
      send<UserResult>('PUT', path`/user/${{ userId }}/tokens`, options, {
        notBefore,
      } satisfies RevokeTokens),

    /** When a user is busy between two times (ms, at most 62 days apart): sorted, and without overlaps. */
    freebusy: freebusy(send),
  };
}

const usersOf = (page: UsersPage) => page.users;

/** The user whom the token speaks for, and what may be seen of others. */
export function ownUser(send: Send) {
  return {
    /** The user whom the token speaks for. */
    me: async (options?: ReadOptions<UserResult>) => send<UserResult>('GET', '/me', options),

    /** When a user is busy between two times (ms, at most 62 days apart): sorted, and without overlaps. */
    freebusy: freebusy(send),
  };
}

function freebusy(send: Send) {
  return async (userId: string, { startTs, endTs, calendarIds }: FreebusyQuery, options?: RequestOptions) =>
    send<FreebusyResult>(
      'GET',
      path`/user/${{ userId }}/freebusy` + query({ startTs, endTs, calendarIds: calendarIds?.join(',') }),
      options,
    );
}
