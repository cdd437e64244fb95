/** What is done to services. */
import { change, found, plan, read, write } from '../../operation.ts';
import type { ServiceResult, ServicesResult, ServiceWithUsers } from '../../sdk/types.ts';
import { metadataQuery } from '../schemas.ts';
import { selectHosts, toHost } from './host-rows.ts';
import * as input from './input.ts';
import {
  deleteService,
  insertService,
  type ServiceRow,
  selectService,
  selectServicesByMetadata,
  toService,
  updateService,
} from './rows.ts';

const toResult = (row: ServiceRow): ServiceResult => ({ service: toService(row) });

export const createService = write({
  body: input.creation,
  run: (scope, { body }) => change(insertService(scope, { ...body, id: crypto.randomUUID() }), toResult),
});

/** The service itself, as clients of the published service expect it: not wrapped. */
export const getService = read({
  params: ['serviceId'],
  run: (scope, { params: { serviceId } }) =>
    plan(
      [selectService(scope, serviceId), selectHosts(scope, serviceId)],
      (services, hosts): ServiceWithUsers => ({ ...toService(found(services)), users: hosts.map(toHost) }),
    ),
});

export const changeService = write({
  params: ['serviceId'],
  body: input.update,
  run: (scope, { params, body }) => change(updateService(scope, params.serviceId, body), toResult),
});

export const removeService = write({
  params: ['serviceId'],
  run: (scope, { params }) => change(deleteService(scope, params.serviceId), toResult),
});

export const findServices = read({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan(
      [selectServicesByMetadata(scope, query)],
      (rows): ServicesResult => ({ services: rows.map(toService) }),
    ),
});
