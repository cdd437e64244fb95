/** What is done to schedules: by their users, and by the account for them. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { type Input, read, write } from '../../operation.ts';
import { change, creation, firstVersion, lookup, plan, type Tagged, tagged } from '../../plan.ts';
import type { ScheduleResult, SchedulesPage, SchedulesResult } from '../../sdk/types.ts';
import { metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery } from '../lists.ts';
import { selectUser } from '../users/table.ts';
import * as input from './input.ts';
import {
  deleteSchedule,
  insertSchedule,
  listedSchedules,
  type ScheduleRow,
  scheduleIsThere,
  selectSchedule,
  selectSchedulesByMetadata,
  toSchedule,
  updateSchedule,
} from './table.ts';

const toResult = (row: ScheduleRow): Tagged<ScheduleResult> => tagged({ schedule: toSchedule(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'scheduleId'>, 'params'>) =>
  selectSchedule(scope, params.scheduleId);

export const createSchedule = write({
  idempotent: true,
  body: input.creation,
  run(scope, { body: { timezone, rules = input.officeHours, metadata } }) {
    const row: ScheduleRow = {
      id: crypto.randomUUID(),
      user_id: ownerOf(scope),
      timezone,
      rules: JSON.stringify(rules),
      metadata: JSON.stringify(metadata),
      version: firstVersion(),
    };
    return creation({ answer: toResult(row), created: scheduleIsThere(scope, row) }, [
      insertSchedule(scope, row),
    ]);
  },
});

export const getSchedule = read({
  hasEtag: true,
  params: ['scheduleId'],
  run: (scope, { params }) => lookup(selectSchedule(scope, params.scheduleId), toResult),
});

export const changeSchedule = write({
  params: ['scheduleId'],
  body: input.update,
  target,
  run: (scope, { params, body }) => change(updateSchedule(scope, params.scheduleId, body), toResult),
});

export const removeSchedule = write({
  params: ['scheduleId'],
  target,
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

export const listSchedules = read({
  unbounded: true,
  query: pageQuery,
  run: (scope, input) =>
    page(scope, input, {
      name: 'schedules',
      listed: listedSchedules(scope),
      owner: selectUser(scope),
      toAnswer: (rows: ScheduleRow[], nextCursor): SchedulesPage => ({
        schedules: rows.map(toSchedule),
        nextCursor,
      }),
    }),
});
