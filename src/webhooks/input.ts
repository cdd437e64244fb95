/** The input of the operations on webhooks and deliveries. */
import * as v from 'valibot';
import { PAGE_DEFAULT, PAGE_MAX, WEBHOOK_URL_MAX_CHARS } from '../limits.ts';
import { resourceTables } from '../resources/tables.ts';
import type { ChangedResource, ChangeType, WebhookEvent } from '../sdk/types.ts';
import {
  cursor,
  invalid,
  isUuid,
  list,
  parameters,
  shape,
  text,
  wholeNumber,
} from '../validation/schemas.ts';
import { refusalOf } from './address.ts';

/** A booking is never deleted: it is cancelled. */
const ofBooking = ['created', 'held', 'confirmed', 'moved', 'updated', 'cancelled'];

/** Every type of change. */
const changes = (Object.keys(resourceTables) as ChangedResource[]).flatMap((resource) =>
  (resource === 'booking' ? ofBooking : ['created', 'updated', 'deleted']).map(
    (change) => `${resource}.${change}` as ChangeType,
  ),
);

const events = list(
  v.picklist(['*', ...changes] as WebhookEvent[], 'must be * or a type of change, such as event.created'),
  changes.length + 1,
  'must be a list of types',
);

export const webhook = shape({
  webhookUrl: v.pipe(
    text(1, WEBHOOK_URL_MAX_CHARS),
    v.check(
      (url) => /^https?:\/\/\S+$/i.test(url) && URL.canParse(url),
      'must be an absolute http or https URL',
    ),
  ),
  events: v.optional(events),
});

/**
 * Checks that the Worker may post to a URL, which depends on the deployment.
 *
 * @throws Problem `input-invalid`
 */
export function permitUrl(webhookUrl: string, allowPrivate: boolean): void {
  const reason = refusalOf(webhookUrl, allowPrivate);
  if (reason) throw invalid([{ path: 'webhookUrl', reason }]);
}

export const deliveries = parameters({
  state: v.optional(v.picklist(['pending', 'delivered', 'failed'], 'must be pending, delivered or failed')),
  cursor: v.optional(
    v.pipe(
      cursor.wrapped,
      v.check((id) => id === undefined || isUuid(id), 'must be the nextCursor of a page'),
    ),
  ),
  limit: v.optional(wholeNumber(1, PAGE_MAX), String(PAGE_DEFAULT)),
});
