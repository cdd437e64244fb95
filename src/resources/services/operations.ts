/**
 * Operations on services. The hosts of a deleted service go with it at once, and its bookings are cancelled; their events
 * stay. See db/removed.ts.
 */
import { read } from '../../operation.ts';
import { found, plan, type WithEtag, withEtag } from '../../plan.ts';
import type { ServiceWithUsers } from '../../sdk/types.ts';
import { crud } from '../crud.ts';
import { selectHosts, toHost } from './host-sql.ts';
import * as input from './input.ts';
import { selectService, services } from './table.ts';

export const {
  create: createService,
  change: changeService,
  remove: removeService,
  find: findServices,
  list: listServices,
} = crud({ table: services, params: ['serviceId'], creation: input.creation, update: input.update });

/** The service itself, not wrapped, as clients of the published service expect it. */
export const getService = read({
  hasEtag: true,
  params: ['serviceId'],
  run: (scope, { params: { serviceId } }) =>
    plan(
      [selectService(scope, serviceId), selectHosts(scope, serviceId)],
      (rows, hosts): WithEtag<ServiceWithUsers> => {
        const service = found(rows);
        return withEtag({ ...services.toResource(service), users: hosts.map(toHost) }, service);
      },
    ),
});
