/** What is done to schedules: by their users, and by the account for them. */
import { change, lookup, plan, read, write } from '../../operation.ts';
import type { ScheduleResult, SchedulesResult } from '../../sdk/types.ts';
import { metadataQuery } from '../schemas.ts';
import * as input from './input.ts';
import {
  deleteSchedule,
  insertSchedule,
  type ScheduleRow,
  selectSchedule,
  selectSchedulesByMetadata,
  toSchedule,
  updateSchedule,
} from './rows.ts';

const toResult = (row: ScheduleRow): ScheduleResult => ({ schedule: toSchedule(row) });

export const createSchedule = write({
  body: input.creation,
  run(scope, { body }) {
    const { rules = input.officeHours } = body;
    return change(insertSchedule(scope, { ...body, rules, id: crypto.randomUUID() }), toResult);
  },
});

export const getSchedule = read({
  params: ['scheduleId'],
  run: (scope, { params }) => lookup(selectSchedule(scope, params.scheduleId), toResult),
});

export const changeSchedule = write({
  params: ['scheduleId'],
  body: input.update,
  run: (scope, { params, body }) => change(updateSchedule(scope, params.scheduleId, body), toResult),
});

export const removeSchedule = write({
  params: ['scheduleId'],
  run: (scope, { params }) => change(deleteSchedule(scope, params.scheduleId), toResult),
});

export const findSchedules = read({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan(
      [selectSchedulesByMetadata(scope, query)],
      (rows): SchedulesResult => ({ schedules: rows.map(toSchedule) }),
    ),
});
