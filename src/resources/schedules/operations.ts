/** Operations on schedules. A trigger of schema.sql leaves the hosts of a deleted schedule without availability. */
import { crud } from '../crud.ts';
import * as input from './input.ts';
import { schedules } from './table.ts';

export const {
  create: createSchedule,
  get: getSchedule,
  change: changeSchedule,
  remove: removeSchedule,
  find: findSchedules,
  list: listSchedules,
} = crud({ table: schedules, params: ['scheduleId'], creation: input.creation, update: input.update });
