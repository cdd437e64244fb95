import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Schedules:
    "A user's opening hours, by weekday, by date, and by spans of dates. A date without hours is time off.",
};

export const docs = {
  listSchedules: {
    tag: 'Schedules',
    summary: 'List the schedules of a user',
    description: LISTED,
    sdk: 'schedule.list(userId, query)',
    answer: 'SchedulesPage',
    query: 'ListQuery',
  },
  createSchedule: {
    tag: 'Schedules',
    summary: 'Create a schedule',
    description:
      'Rules for weekdays are opening hours. A rule for a date, or for a span of dates, replaces those of its weekdays; one without intervals is time off.',
    sdk: 'schedule.create(userId, body)',
    answer: 'ScheduleResult',
    body: 'CreateSchedule',
  },
  findSchedules: {
    tag: 'Schedules',
    summary: 'Find schedules by metadata',
    description: FOUND_BY_METADATA,
    sdk: 'schedule.findByMeta(query)',
    answer: 'SchedulesResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getSchedule: {
    tag: 'Schedules',
    summary: 'Get a schedule',
    description: 'Returns the schedule with its rules.',
    sdk: 'schedule.findById(scheduleId)',
    answer: 'ScheduleResult',
  },
  changeSchedule: {
    tag: 'Schedules',
    summary: 'Update a schedule',
    description: 'Replaces the rules as a whole: to add time off, send all rules with one more.',
    sdk: 'schedule.update(scheduleId, body)',
    answer: 'ScheduleResult',
    body: 'UpdateSchedule',
    codes: ['quota-exceeded'],
  },
  removeSchedule: {
    tag: 'Schedules',
    summary: 'Delete a schedule',
    description: 'Hosts that use the schedule become unavailable.',
    sdk: 'schedule.remove(scheduleId)',
    answer: 'ScheduleResult',
  },
} as const satisfies Record<string, OperationDocs>;
