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

/** The methods for the account's users. */
export function accountUsers(send: Send) {
  const findById = async (userId: string, options?: ReadOptions<UserResult>) =>
    send<UserResult>('GET', path`/user/${{ userId }}`, options);
  return {
    /** Creates a user. The user's tokens carry its id. */
    create: async (data: CreateUser = {}, options?: CreateOptions) =>
      send<UserResult>('POST', '/user', options, data),

    /** Returns a user. */
    findById,

    /** The name of `findById` in earlier versions of this package. */
    find: findById,

    /** Replaces the user's metadata, if given. */
    update: async (userId: string, data: UpdateUser, options?: ChangeOptions) =>
      send<UserResult>('PUT', path`/user/${{ userId }}`, options, data),

    /** Deletes a user with all of their calendars and events. */
    remove: async (userId: string, options?: ChangeOptions) =>
      send<UserResult>('DELETE', path`/user/${{ userId }}`, options),

    /** Lists the account's users in creation order: `await` returns a page, `for await` iterates over all. */
    list: (query?: ListQuery, options?: RequestOptions) => list(send, usersOf, () => '/user', query, options),

    /** Returns the users with this metadata entry, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<UsersResult>('GET', `/user/meta${query({ key, value, skip, limit })}`, options),

    /**
     * Revokes every token of the user with an `iat` before `notBefore` (ms; by default now), from the next request on. null
     * undoes that. An `iat` has whole seconds, so this also revokes a token that was issued in the same second.
     */
    revokeTokens: async (userId: string, notBefore: number | null = Date.now(), options?: ChangeOptions) =>
      send<UserResult>('PUT', path`/user/${{ userId }}/tokens`, options, {
        notBefore,
      } satisfies RevokeTokens),

    /** Returns when a user is busy between two times (ms, at most 62 days apart), sorted and merged. */
    freebusy: freebusy(send),
  };
}

const usersOf = (page: UsersPage) => page.users;

/** The methods for the token's user, and for the free/busy times of other users. */
export function ownUser(send: Send) {
  return {
    /** Returns the token's user. */
    me: async (options?: ReadOptions<UserResult>) => send<UserResult>('GET', '/me', options),

    /** Returns when a user is busy between two times (ms, at most 62 days apart), sorted and merged. */
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
