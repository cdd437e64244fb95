/** What is done to services. */
import type { Scope } from '../../db/scope.ts';
import { type Input, read, write } from '../../operation.ts';
import { change, creation, firstVersion, found, plan, type Tagged, tagged } from '../../plan.ts';
import type { ServiceResult, ServicesPage, ServicesResult, ServiceWithUsers } from '../../sdk/types.ts';
import { metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery } from '../lists.ts';
import { selectHosts, toHost } from './host-sql.ts';
import * as input from './input.ts';
import {
  deleteService,
  insertService,
  listedServices,
  type ServiceRow,
  selectService,
  selectServicesByMetadata,
  serviceIsThere,
  toService,
  updateService,
} from './table.ts';

const toResult = (row: ServiceRow): Tagged<ServiceResult> => tagged({ service: toService(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'serviceId'>, 'params'>) =>
  selectService(scope, params.serviceId);

export const createService = write({
  idempotent: true,
  body: input.creation,
  run(scope, { body: { multiPerson, metadata } }) {
    const row: ServiceRow = {
      id: crypto.randomUUID(),
      multi_person: JSON.stringify(multiPerson),
      metadata: JSON.stringify(metadata),
      version: firstVersion(),
    };
    return creation({ answer: toResult(row), created: serviceIsThere(scope, row) }, [
      insertService(scope, row),
    ]);
  },
});

/** The service itself, as clients of the published service expect it: not wrapped. */
export const getService = read({
  hasEtag: true,
  params: ['serviceId'],
  run: (scope, { params: { serviceId } }) =>
    plan(
      [selectService(scope, serviceId), selectHosts(scope, serviceId)],
      (services, hosts): Tagged<ServiceWithUsers> => {
        const service = found(services);
        return tagged({ ...toService(service), users: hosts.map(toHost) }, service);
      },
    ),
});

export const changeService = write({
  params: ['serviceId'],
  body: input.update,
  target,
  run: (scope, { params, body }) => change(updateService(scope, params.serviceId, body), toResult),
});

export const removeService = write({
  params: ['serviceId'],
  target,
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

export const listServices = read({
  unbounded: true,
  query: pageQuery,
  run: (scope, input) =>
    page(scope, input, {
      name: 'services',
      listed: listedServices(scope),
      toAnswer: (rows: ServiceRow[], nextCursor): ServicesPage => ({
        services: rows.map(toService),
        nextCursor,
      }),
    }),
});
