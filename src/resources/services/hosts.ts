/** What is done to the hosts of a service. */
import { change, found, plan, write } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import {
  addBusy,
  deleteHost,
  insertHost,
  MAX_BUSY,
  MAX_HOSTS,
  removeBusy,
  selectBusyStanding,
  selectStanding,
  toHost,
  updateHost,
} from './host-rows.ts';
import * as input from './input.ts';

const notTheirs = () =>
  new Problem('not-found', 'A calendar or schedule that is named does not exist, or is not of that user.');

export const addHost = write({
  params: ['serviceId'],
  body: input.newHost,
  run(scope, { params: { serviceId }, body }) {
    const place = { serviceId, userId: body.userId };
    return plan(
      [selectStanding(scope, place, body), insertHost(scope, place, body)],
      ([standing], [host]) => {
        if (host) return toHost(host);
        if (!standing?.service || !standing.user) throw new Problem('not-found');
        if (standing.host) {
          throw new Problem('host-exists', 'The user is a host of this service. Change the host with PUT.');
        }
        if (!standing.own) throw notTheirs();
        throw new Problem('host-limit', `A service has at most ${MAX_HOSTS} hosts. Remove one first.`);
      },
    );
  },
});

export const changeHost = write({
  params: ['serviceId', 'userId'],
  body: input.hostUpdate,
  run: (scope, { params, body }) =>
    plan([selectStanding(scope, params, body), updateHost(scope, params, body)], ([standing], [host]) => {
      if (host) return toHost(host);
      throw standing?.host ? notTheirs() : new Problem('not-found');
    }),
});

export const removeHost = write({
  params: ['serviceId', 'userId'],
  run: (scope, { params }) => change(deleteHost(scope, params), toHost),
});

export const addBusyCalendar = write({
  params: ['serviceId', 'userId'],
  body: input.busyCalendar,
  run(scope, { params, body }) {
    const calendar = input.calendarIn(body);
    const statements = [
      selectBusyStanding(scope, params, calendar),
      addBusy(scope, params, calendar),
    ] as const;
    return plan(statements, (standings, [host]) => {
      if (host) return toHost(host);
      if (!found(standings).own) throw notTheirs();
      throw new Problem('busy-limit', `A host has at most ${MAX_BUSY} busy calendars. Remove one first.`);
    });
  },
});

export const removeBusyCalendar = write({
  params: ['serviceId', 'userId'],
  body: input.busyCalendar,
  run: (scope, { params, body }) => change(removeBusy(scope, params, input.calendarIn(body)), toHost),
});
