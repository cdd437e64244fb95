/** The operations on an account's deliveries: list them, read one, send one again. */
import { read, write } from '../operation.ts';
import { found, plan } from '../plan.ts';
import { Problem } from '../problem.ts';
import type { DeliveriesPage, DeliveryResult } from '../sdk/types.ts';
import {
  replayDelivery,
  selectDeliveries,
  selectDelivery,
  selectEventsOf,
  toDelivery,
  toWholeDelivery,
} from './delivery-sql.ts';
import { selectEndpoint } from './endpoint-sql.ts';
import * as input from './input.ts';

export const listDeliveries = read({
  query: input.deliveries,
  run: (scope, { query: { webhookId, state, cursor: before, limit } }) => {
    const selection = { webhookId, state, before, limit: limit + 1 };
    const webhook = webhookId === undefined ? [] : [selectEndpoint(scope, webhookId)];
    return plan([selectDeliveries(scope, selection), ...webhook], (rows, webhooks): DeliveriesPage => {
      if (webhooks) found(webhooks);
      const page = rows.filter(({ hit }) => hit).slice(0, limit);
      const end = rows.at(-1);
      const last = rows.length > limit ? page.at(-1) : end?.cut ? end : undefined;
      return { deliveries: page.map(toDelivery), nextCursor: last?.id ?? null };
    });
  },
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
        if (!replayed)
          throw new Problem(
            'webhook-missing',
            'The webhook of this delivery is removed. Set one, or create one.',
          );
        return { delivery: toWholeDelivery(row, events, now) };
      },
    ),
});
