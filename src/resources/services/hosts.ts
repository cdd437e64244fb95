/** Operations on the hosts of a service. */

import type { Scope } from '../../db/scope.ts';
import { BUSY_CALENDARS_MAX, HOSTS_MAX } from '../../limits.ts';
import { type Input, write } from '../../operation.ts';
import { change, creation, found, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { ServiceUser } from '../../sdk/types.ts';
import {
  addBusy,
  deleteHost,
  hostIsThere,
  insertHost,
  newHostRow,
  removeBusy,
  selectBusyConditions,
  selectHost,
  selectHostConditions,
  toHost,
  updateHost,
} from './host-sql.ts';
import type { HostRow } from './host-table.ts';
import * as input from './input.ts';

/** The host itself, not wrapped, as clients of the published service expect it. */
const toResult = (row: HostRow): WithEtag<ServiceUser> => withEtag(toHost(row), row);

const target = (scope: Scope, { params }: Pick<Input<'serviceId' | 'userId'>, 'params'>) =>
  selectHost(scope, params);

const notTheirs = () =>
  new Problem(
    'not-found',
    'A calendar or schedule in the request does not exist, or belongs to another user.',
  );

export const addHost = write({
  idempotent: true,
  params: ['serviceId'],
  body: input.newHost,
  run(scope, { params: { serviceId }, body }) {
    const key = { serviceId, userId: body.userId };
    const row = newHostRow(key, body);
    return creation(
      { answer: toResult(row), created: hostIsThere(scope, row) },
      [selectHostConditions(scope, key, body), insertHost(scope, key, row, body)] as const,
      ([conditions], [added]) => {
        if (added) return undefined;
        if (!conditions?.service || !conditions.user) throw new Problem('not-found');
        if (conditions.host) {
          throw new Problem(
            'host-exists',
            'The user is already a host of this service. Update the host with PUT.',
          );
        }
        if (!conditions.own) throw notTheirs();
        throw new Problem('host-limit', `A service has at most ${HOSTS_MAX} hosts. Remove one first.`);
      },
    );
  },
});

export const changeHost = write({
  params: ['serviceId', 'userId'],
  target,
  body: input.hostUpdate,
  run: (scope, { params, body }) =>
    plan(
      [selectHostConditions(scope, params, body), updateHost(scope, params, body)],
      ([conditions], [host]) => {
        if (host) return toResult(host);
        throw conditions?.host ? notTheirs() : new Problem('not-found');
      },
    ),
});

export const removeHost = write({
  params: ['serviceId', 'userId'],
  target,
  run: (scope, { params }) => change(deleteHost(scope, params), toResult),
});

export const addBusyCalendar = write({
  params: ['serviceId', 'userId'],
  target,
  body: input.busyCalendar,
  run(scope, { params, body }) {
    const calendar = input.calendarIn(body);
    const statements = [
      selectBusyConditions(scope, params, calendar),
      addBusy(scope, params, calendar),
    ] as const;
    return plan(statements, (conditions, [host]) => {
      if (host) return toResult(host);
      if (!found(conditions).own) throw notTheirs();
      throw new Problem(
        'busy-limit',
        `A host has at most ${BUSY_CALENDARS_MAX} busy calendars. Remove one first.`,
      );
    });
  },
});

export const removeBusyCalendar = write({
  params: ['serviceId', 'userId'],
  target,
  body: input.busyCalendar,
  run: (scope, { params, body }) => change(removeBusy(scope, params, input.calendarIn(body)), toResult),
});
