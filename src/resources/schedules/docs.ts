import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Schedules: "A user's opening hours, by weekday and by date. A date without hours is time off.",
};

export const docs = {
  listSchedules: {
    tag: 'Schedules',
    summary: 'List the schedules of a user',
    description: LISTED,
    answer: 'SchedulesPage',
    query: 'ListQuery',
  },
  createSchedule: {
    tag: 'Schedules',
    summary: 'Create a schedule',
    answer: 'ScheduleResult',
    body: 'CreateSchedule',
  },
  findSchedules: {
    tag: 'Schedules',
    summary: 'Find schedules by metadata',
    description: FOUND_BY_METADATA,
    answer: 'SchedulesResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getSchedule: { tag: 'Schedules', summary: 'Get a schedule', answer: 'ScheduleResult' },
  changeSchedule: {
    tag: 'Schedules',
    summary: 'Update a schedule',
    answer: 'ScheduleResult',
    body: 'UpdateSchedule',
    codes: ['quota-exceeded'],
  },
  removeSchedule: {
    tag: 'Schedules',
    summary: 'Delete a schedule',
    description: 'Hosts that use the schedule become unavailable.',
    answer: 'ScheduleResult',
  },
} as const satisfies Record<string, OperationDocs>;
