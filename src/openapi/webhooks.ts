/** The section `webhooks` of the description: one entry for each type of notification that the SDK's types know. */
import { WEBHOOK_TIMEOUT_MS } from '../limits.ts';
import { SECOND_MS } from '../time/units.ts';
import { examples } from './examples.ts';
import { resolved, type Schema } from './schema.ts';

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** The headers of each delivery, as components of the description. */
export const deliveryHeaders = {
  webhookId: header(
    'webhook-id',
    'The id of the delivery. Each attempt has the same: ignore an id that you have handled.',
  ),
  webhookTimestamp: header('webhook-timestamp', 'The time of the attempt, in seconds since the epoch.'),
  webhookSignature: header(
    'webhook-signature',
    'The signatures of the id, the timestamp and the body, as Standard Webhooks specifies. `verifyWebhook` of the SDK checks them.',
  ),
  webhookKey: header('nettu-scheduler-webhook-key', "The webhook's key, as `GET /account` returns it."),
};

/**
 * The notifications by type.
 *
 * @param types the SDK's types as JSON Schema, by name.
 * @param component adds a schema to the document under a name, and returns the reference to it.
 */
export function webhooksOf(
  types: Readonly<Record<string, Schema>>,
  component: (name: string, schema: Schema) => Schema,
): Record<string, object> {
  return Object.fromEntries(
    variantsOf(types.Notification ?? {}, types).map(([type, schema]) => {
      const name = type.replace(/(?:^|\W)(\w)/g, (_, first: string) => first.toUpperCase());
      return [type, { post: notification(type, name, component(`${name}Notification`, schema)) }];
    }),
  );
}

function notification(type: string, name: string, schema: Schema): object {
  const example = examples.notifications[type];
  return {
    operationId: `on${name}`,
    tags: ['Webhook'],
    summary: type,
    description: described(type),
    security: [],
    parameters: Object.keys(deliveryHeaders).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
    },
    responses: {
      200: {
        description: `Any 2xx within ${WEBHOOK_TIMEOUT_MS / SECOND_MS} seconds: the notification has arrived. After anything else, the service tries again later.`,
      },
    },
  };
}

function described(type: string): string {
  if (type === 'reminders') return 'Sent when reminders are due.';
  if (type === 'ping') return 'Sent by `POST /account/webhook/test`.';
  if (type === 'endpoint.paused')
    return `Sent when the service has paused a webhook, to those others of the account whose \`events\` contain \`${type}\` or \`*\`.`;
  const [resource, change] = type.split('.');
  return `Sent when the ${resource} was ${change}, to a webhook whose \`events\` contain \`${type}\` or \`*\`.`;
}

/** Each type of notification, with its own schema. */
function variantsOf(schema: Schema, types: Readonly<Record<string, Schema>>): [type: string, Schema][] {
  const { $ref, ...whole } = resolved(schema, types);
  if (whole.anyOf) return whole.anyOf.flatMap((one) => variantsOf(one, types));
  const { type: kind = {} } = whole.properties ?? {};
  return (kind.enum ?? [kind.const]).map((type) => [
    String(type),
    { ...whole, properties: { ...whole.properties, type: { type: 'string', const: type } } },
  ]);
}
