import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  CreateSchedule,
  ListQuery,
  MetadataQuery,
  ScheduleResult,
  SchedulesPage,
  SchedulesResult,
  UpdateSchedule,
} from '../types.ts';
import { path, query } from '../url.ts';

/** The methods for the schedules of all users of the account: their opening hours. */
export function accountSchedules(send: Send) {
  return {
    /** Creates a schedule for a user. Without rules, it is Monday to Friday from 09:00 to 17:30. */
    create: async (userId: string, data: CreateSchedule, options?: CreateOptions) =>
      send<ScheduleResult>('POST', path`/user/${{ userId }}/schedule`, options, data),

    ...schedules(send, '/user/schedule'),

    /** Lists a user's schedules in creation order: `await` returns a page, `for await` iterates over all. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, schedulesOf, () => path`/user/${{ userId }}/schedule`, query, options),

    /** Returns the schedules with this metadata entry, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<SchedulesResult>('GET', `/schedule/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The methods for the schedules of the token's user. */
export function userSchedules(send: Send) {
  return {
    /** Creates a schedule. Without rules, it is Monday to Friday from 09:00 to 17:30. The token needs `CreateSchedule`. */
    create: async (data: CreateSchedule, options?: CreateOptions) =>
      send<ScheduleResult>('POST', '/schedule', options, data),

    ...schedules(send, '/schedule'),

    /** Lists the user's schedules in creation order: `await` returns a page, `for await` iterates over all. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, schedulesOf, () => '/schedule', query, options),
  };
}

const schedulesOf = (page: SchedulesPage) => page.schedules;

/** The methods of both clients, below the path of each. A token's policy must allow each change. */
function schedules(send: Send, root: string) {
  const findById = async (scheduleId: string, options?: ReadOptions<ScheduleResult>) =>
    send<ScheduleResult>('GET', root + path`/${{ scheduleId }}`, options);
  return {
    /** Returns a schedule. */
    findById,

    /** The name of `findById` in earlier versions of this package. */
    find: findById,

    /** Updates the given members of a schedule. `rules` replaces all rules. A token needs `UpdateSchedule`. */
    update: async (scheduleId: string, data: UpdateSchedule, options?: ChangeOptions) =>
      send<ScheduleResult>('PUT', root + path`/${{ scheduleId }}`, options, data),

    /** Deletes a schedule. Hosts with this schedule can no longer be booked. A token needs `DeleteSchedule`. */
    remove: async (scheduleId: string, options?: ChangeOptions) =>
      send<ScheduleResult>('DELETE', root + path`/${{ scheduleId }}`, options),
  };
}
