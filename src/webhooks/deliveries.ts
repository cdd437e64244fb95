/** The operations on an account's deliveries: list them, read one, send one again. */
import { read, write } from '../operation.ts';
import { found, plan } from '../plan.ts';
import type { DeliveriesPage, DeliveryResult } from '../sdk/types.ts';
import {
  replayDelivery,
  selectDeliveries,
  selectDelivery,
  selectEventsOf,
  toDelivery,
  toWholeDelivery,
} from './delivery-sql.ts';
import * as input from './input.ts';
import { webhookMissing } from './operations.ts';

export const listDeliveries = read({
  query: input.deliveries,
  run: (scope, { query: { state, cursor, limit } }) =>
    plan([selectDeliveries(scope, { state, before: cursor, limit: limit + 1 })], (rows): DeliveriesPage => {
      const page = rows.filter(({ hit }) => hit).slice(0, limit);
      const end = rows.at(-1);
      const last = rows.length > limit ? page.at(-1) : end?.cut ? end : undefined;
      return { deliveries: page.map(toDelivery), nextCursor: last?.id ?? null };
    }),
});

export const getDelivery = read({
  params: ['deliveryId'],
  run: (scope, { params: { deliveryId }, now }) =>
    plan(
      [selectDelivery(scope, deliveryId), selectEventsOf(scope, deliveryId)],
      (rows, events): DeliveryResult => ({ delivery: toWholeDelivery(found(rows), events, now) }),
    ),
});

export const replayDeliveryNow = write({
  params: ['deliveryId'],
  retryAdvice: 'It is safe to replay it once more.',
  run: (scope, { params: { deliveryId }, now }) =>
    plan(
      [
        replayDelivery(scope, deliveryId, now),
        selectDelivery(scope, deliveryId),
        selectEventsOf(scope, deliveryId),
      ],
      ([replayed], rows, events): DeliveryResult => {
        const row = found(rows);
        if (!replayed) throw webhookMissing();
        return { delivery: toWholeDelivery(row, events, now) };
      },
    ),
});
