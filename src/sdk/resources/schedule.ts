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

/** The opening hours of all of the account's users. */
export function accountSchedules(send: Send) {
  return {
    /** Creates a schedule for a user; without rules, Monday to Friday from 09:00 to 17:30. */
    create: async (userId: string, data: CreateSchedule, options?: CreateOptions) =>
      send<ScheduleResult>('POST', path`/user/${{ userId }}/schedule`, options, data),

    ...schedules(send, '/user/schedule'),

    /** A user's schedules, by creation: a page when awaited, all of them in `for await`. */
    list: (userId: string, query?: ListQuery, options?: RequestOptions) =>
      list(send, schedulesOf, () => path`/user/${{ userId }}/schedule`, query, options),

    /** The schedules with this metadata, in creation order. */
    findByMeta: async ({ key, value }: MetadataQuery, skip = 0, limit = 20, options?: RequestOptions) =>
      send<SchedulesResult>('GET', `/schedule/meta${query({ key, value, skip, limit })}`, options),
  };
}

/** The opening hours of the user whom the token speaks for. */
export function userSchedules(send: Send) {
  return {
    /** Creates a schedule; without rules, Monday to Friday from 09:00 to 17:30. A token needs `CreateSchedule`. */
    create: async (data: CreateSchedule, options?: CreateOptions) =>
      send<ScheduleResult>('POST', '/schedule', options, data),

    ...schedules(send, '/schedule'),

    /** The user's schedules, by creation: a page when awaited, all of them in `for await`. */
    list: (query?: ListQuery, options?: RequestOptions) =>
      list(send, schedulesOf, () => '/schedule', query, options),
  };
}

const schedulesOf = (page: SchedulesPage) => page.schedules;

/** What both callers do alike, below a path of their own. With a token, its policy must allow each change. */
function schedules(send: Send, root: string) {
  const findById = async (scheduleId: string, options?: ReadOptions<ScheduleResult>) =>
    send<ScheduleResult>('GET', root + path`/${{ scheduleId }}`, options);
  return {
    /** The schedule of this id. */
    findById,

    /** As `findById`, under the name that earlier versions of this package gave it. */
    find: findById,

    /** Changes what is given, and keeps the rest; `rules` replace all of them. A token needs `UpdateSchedule`. */
    update: async (scheduleId: string, data: UpdateSchedule, options?: ChangeOptions) =>
      send<ScheduleResult>('PUT', root + path`/${{ scheduleId }}`, options, data),

    /** Deletes the schedule; who was available by it is not any more. A token needs `DeleteSchedule`. */
    remove: async (scheduleId: string, options?: ChangeOptions) =>
      send<ScheduleResult>('DELETE', root + path`/${{ scheduleId }}`, options),
  };
}
