/** The input of the operations on webhooks and deliveries. */
import * as v from 'valibot';
import {
  PAGE_DEFAULT,
  PAGE_MAX,
  WEBHOOK_DESCRIPTION_MAX_CHARS,
  WEBHOOK_HEADER_NAME_MAX_CHARS,
  WEBHOOK_HEADER_VALUE_MAX_CHARS,
  WEBHOOK_HEADERS_MAX,
  WEBHOOK_URL_MAX_CHARS,
} from '../limits.ts';
import { resourceTables } from '../resources/tables.ts';
import type { ChangedResource, ChangeType, WebhookEvent } from '../sdk/types.ts';
import { allowsPrivate, refusalOf } from '../validation/address.ts';
import {
  cursor,
  inLowerCase,
  invalid,
  isUuid,
  list,
  mapOf,
  parameters,
  shape,
  text,
  uuid,
  wholeNumber,
} from '../validation/schemas.ts';

/** A booking is never deleted: it is cancelled. */
const ofBooking = ['created', 'held', 'confirmed', 'moved', 'updated', 'cancelled'];

/** Every type of change. */
const changes = (Object.keys(resourceTables) as ChangedResource[]).flatMap((resource) =>
  (resource === 'booking' ? ofBooking : ['created', 'updated', 'deleted']).map(
    (change) => `${resource}.${change}` as ChangeType,
  ),
);

const events = list(
  v.picklist(
    ['*', ...changes, 'endpoint.paused'] as WebhookEvent[],
    'must be * or a type of change, such as event.created',
  ),
  changes.length + 2,
  'must be a list of types',
);

const url = v.pipe(
  text(1, WEBHOOK_URL_MAX_CHARS),
  v.check(
    (url) => /^https?:\/\/\S+$/i.test(url) && URL.canParse(url),
    'must be an absolute http or https URL',
  ),
);

export const webhook = shape({ webhookUrl: url, events: v.optional(events) });

/**
 * Headers that a request to a webhook has anyway, or that concern one connection (RFC 9110 section 7.6.1), or that the platform
 * sets.
 */
const OURS =
  /^(host|user-agent|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|webhook-.*|nettu-.*|cf-.*)$/i;

const headers = v.pipe(
  mapOf(
    v.pipe(
      v.string(),
      v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'must be the name of a header (RFC 9110 section 5.1)'),
      v.maxLength(
        WEBHOOK_HEADER_NAME_MAX_CHARS,
        `must have at most ${WEBHOOK_HEADER_NAME_MAX_CHARS} characters`,
      ),
      v.check((name) => !OURS.test(name), 'must not be a header that the service sets itself'),
    ),
    v.pipe(
      v.string('must be a string'),
      v.regex(/^[!-~]([ -~]*[!-~])?$/, 'must be visible ASCII characters, with spaces only between them'),
      v.maxLength(
        WEBHOOK_HEADER_VALUE_MAX_CHARS,
        `must have at most ${WEBHOOK_HEADER_VALUE_MAX_CHARS} characters`,
      ),
    ),
    WEBHOOK_HEADERS_MAX,
  ),
  v.check(
    (headers) => new Set(Object.keys(headers).map(inLowerCase)).size === Object.keys(headers).length,
    'must not have a name twice',
  ),
  v.transform((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [inLowerCase(name), value])),
  ),
);

const optional = {
  events: v.optional(events),
  description: v.optional(text(0, WEBHOOK_DESCRIPTION_MAX_CHARS)),
  headers: v.optional(headers),
  paused: v.optional(v.boolean('must be a boolean')),
};

export const creation = shape({ url, ...optional });
export const update = shape({ url: v.optional(url), ...optional });

/**
 * Checks that the Worker may post to a URL, which depends on the deployment.
 *
 * @param path the member of the body that has it.
 * @throws Problem `input-invalid`
 */
export function permitUrl(url: string, setting: string | undefined, path: 'url' | 'webhookUrl'): void {
  const reason = refusalOf(url, allowsPrivate(url, setting));
  if (reason) throw invalid([{ path, reason }]);
}

export const deliveries = parameters({
  webhookId: v.optional(uuid()),
  state: v.optional(v.picklist(['pending', 'delivered', 'failed'], 'must be pending, delivered or failed')),
  cursor: v.optional(
    v.pipe(
      cursor.wrapped,
      v.check((id) => id === undefined || isUuid(id), 'must be the nextCursor of a page'),
    ),
  ),
  limit: v.optional(wholeNumber(1, PAGE_MAX), String(PAGE_DEFAULT)),
});
