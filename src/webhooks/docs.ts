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
  },
  deleteWebhook: {
    tag: 'Webhook',
    summary: 'Remove the webhook',
    description: 'Discards the pending deliveries.',
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
    description: `For ${OLD_SECRET_KEPT_MS / HOUR_MS} hours, the old secret signs each delivery beside the new one. Each old secret has its own time.`,
    sdk: 'account.webhook.rollSecret()',
    answer: 'AccountResult',
    codes: ['webhook-missing', 'secret-limit'],
  },
  listDeliveries: {
    tag: 'Webhook',
    summary: 'List the deliveries',
    description: `Newest first. The service keeps delivered ones for ${DELIVERED_KEPT_MS / DAY_MS} days and failed ones for ${FAILED_KEPT_MS / DAY_MS} days.`,
    sdk: 'account.webhook.deliveries(query)',
    answer: 'DeliveriesPage',
    query: 'DeliveriesQuery',
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
