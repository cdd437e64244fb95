import { DELIVERED_KEPT_MS, FAILED_KEPT_MS, OLD_SECRET_KEPT_MS } from '../limits.ts';
import type { OperationDocs } from '../operation-docs.ts';
import { DAY_MS, HOUR_MS } from '../time/units.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Webhook:
    'The service sends reminders and changes to your webhook, signed as Standard Webhooks specifies, and logs the deliveries.',
};

export const docs = {
  getWebhook: {
    tag: 'Webhook',
    summary: 'Get the webhook',
    description:
      'Says how the endpoint is doing: whether it answers, what went wrong last, and the events whose reminders could not be computed.',
    sdk: 'account.webhook.get()',
    answer: 'WebhookResult',
    codes: ['webhook-missing'],
  },
  setWebhook: {
    tag: 'Webhook',
    summary: 'Set the webhook',
    description:
      'The webhook receives all reminders, and the changes that `events` lists. Its key and secret stay the same when the URL changes. Pending deliveries go to the new URL. Setting it, also to the same URL, ends a pause.',
    sdk: 'account.setWebhook(body.webhookUrl, { events: body.events })',
    answer: 'AccountResult',
    body: 'SetWebhook',
    codes: ['webhook-limit'],
  },
  deleteWebhook: {
    tag: 'Webhook',
    summary: 'Remove the webhook',
    description: 'Discards its pending deliveries. Other webhooks of the account stay.',
    sdk: 'account.removeWebhook()',
    answer: 'AccountResult',
  },
  testWebhook: {
    tag: 'Webhook',
    summary: 'Send a `ping` to the webhook',
    description: 'Returns the status that the webhook responds with.',
    sdk: 'account.webhook.test()',
    answer: 'WebhookTestResult',
    codes: ['webhook-missing'],
  },
  rollWebhookSecret: {
    tag: 'Webhook',
    summary: 'Roll the webhook secret',
    description: `For ${OLD_SECRET_KEPT_MS / HOUR_MS} hours, the old secret signs each delivery beside the new one. Each old secret has its own time. A retry with the same \`Idempotency-Key\` does not roll again: it returns the webhook as it is now.`,
    sdk: 'account.webhook.rollSecret()',
    answer: 'AccountResult',
    codes: ['webhook-missing', 'secret-limit'],
  },
  listWebhooks: {
    tag: 'Webhook',
    summary: 'List the webhooks',
    description:
      'An account has up to 10. Each has its own secret, subscriptions and headers, and a queue of its own: one that fails, hangs or is paused delays no other. The webhook of `/account/webhook` is the first of them.',
    sdk: 'account.webhooks.list()',
    answer: 'WebhookEndpointsResult',
  },
  createWebhook: {
    tag: 'Webhook',
    summary: 'Create a webhook',
    description:
      'It receives all reminders, and the changes that `events` lists. Without a webhook at `/account/webhook`, it becomes that one.',
    sdk: 'account.webhooks.create(body)',
    answer: 'WebhookEndpointResult',
    body: 'CreateWebhookEndpoint',
    codes: ['webhook-limit'],
  },
  getOneWebhook: {
    tag: 'Webhook',
    summary: 'Get one of the webhooks',
    description: 'Returns the webhook, and how its endpoint is doing.',
    sdk: 'account.webhooks.findById(webhookId)',
    answer: 'WebhookEndpointResult',
  },
  updateWebhook: {
    tag: 'Webhook',
    summary: 'Update a webhook',
    description:
      'Changes the members that you send. A new URL gets the pending deliveries. `paused: true` pauses the deliveries; `paused: false` ends any pause, and the service sends what is pending.',
    sdk: 'account.webhooks.update(webhookId, body)',
    answer: 'WebhookEndpointResult',
    body: 'UpdateWebhookEndpoint',
  },
  removeWebhook: {
    tag: 'Webhook',
    summary: 'Remove one of the webhooks',
    description: 'Discards its pending deliveries. The others stay.',
    sdk: 'account.webhooks.remove(webhookId)',
    answer: 'WebhookEndpointResult',
  },
  testOneWebhook: {
    tag: 'Webhook',
    summary: 'Send a `ping` to one of the webhooks',
    description: 'Returns the status that the webhook responds with.',
    sdk: 'account.webhooks.test(webhookId)',
    answer: 'WebhookTestResult',
  },
  rollOneWebhookSecret: {
    tag: 'Webhook',
    summary: 'Roll the secret of one of the webhooks',
    description: `For ${OLD_SECRET_KEPT_MS / HOUR_MS} hours, the old secret signs each delivery beside the new one. Each old secret has its own time. A retry with the same \`Idempotency-Key\` does not roll again: it returns the webhook as it is now.`,
    sdk: 'account.webhooks.rollSecret(webhookId)',
    answer: 'WebhookEndpointResult',
    codes: ['secret-limit'],
  },
  listDeliveries: {
    tag: 'Webhook',
    summary: 'List the deliveries',
    description: `Returns the deliveries of all webhooks, newest first. The service keeps delivered ones for ${DELIVERED_KEPT_MS / DAY_MS} days and failed ones for ${FAILED_KEPT_MS / DAY_MS} days.`,
    sdk: 'account.webhook.deliveries(query)',
    answer: 'DeliveriesPage',
    query: 'DeliveriesQuery',
    codes: ['not-found'],
  },
  getDelivery: {
    tag: 'Webhook',
    summary: 'Get a delivery',
    description: 'Includes every attempt, and the body of the notification.',
    sdk: 'account.webhook.delivery(deliveryId)',
    answer: 'DeliveryResult',
  },
  replayDelivery: {
    tag: 'Webhook',
    summary: 'Send a delivery again',
    description: 'Starts over with the first attempt, even if the delivery succeeded before.',
    sdk: 'account.webhook.replay(deliveryId)',
    answer: 'DeliveryResult',
    codes: ['webhook-missing'],
  },
} as const satisfies Record<string, OperationDocs>;
