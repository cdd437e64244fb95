/** Operations on schedules. A deleted schedule leaves its hosts without availability: see services/host-table.ts. */
import { write } from '../../operation.ts';
import { crud } from '../crud.ts';
import * as input from './input.ts';
import { schedules } from './table.ts';

const { create, ...others } = crud({
  table: schedules,
  params: ['scheduleId'],
  creation: input.complete,
  update: input.update,
});

/** The default rules are no part of the input, since the hash in an idempotency record covers the input. */
export const createSchedule = write({
  idempotent: true,
  body: input.creation,
  run(scope, sent) {
    const { rules = input.officeHours } = sent.body;
    return create.run(scope, { ...sent, body: { ...sent.body, rules } });
  },
});

export const {
  get: getSchedule,
  change: changeSchedule,
  remove: removeSchedule,
  find: findSchedules,
  list: listSchedules,
} = others;
