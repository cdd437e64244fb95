import type { OperationDocs } from '../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Webhook: 'Reminders and changes, signed as in Standard Webhooks, and their deliveries.',
};

export const docs = {
  setWebhook: {
    tag: 'Webhook',
    summary: 'Set the webhook',
    description:
      'The webhook gets all reminders, and the changes that `events` names. Its key and its secret are made once and stay when the URL changes. Pending deliveries go to the new URL.',
    answer: 'AccountResult',
    body: 'SetWebhook',
  },
  deleteWebhook: {
    tag: 'Webhook',
    summary: 'Remove the webhook',
    description: 'Drops the pending deliveries.',
    answer: 'AccountResult',
  },
  testWebhook: {
    tag: 'Webhook',
    summary: 'Send a `ping` to the webhook',
    description: 'Answers with what the webhook answered.',
    answer: 'WebhookTestResult',
    codes: ['webhook-missing'],
  },
  rollWebhookSecret: {
    tag: 'Webhook',
    summary: 'Roll the webhook secret',
    description: 'For 24 hours, both the old and the new secret sign each delivery.',
    answer: 'AccountResult',
    codes: ['webhook-missing'],
  },
  listDeliveries: {
    tag: 'Webhook',
    summary: 'List the deliveries',
    description: 'Newest first. Delivered ones are kept for 7 days, failed ones for 30 days.',
    answer: 'DeliveriesPage',
    query: 'DeliveriesQuery',
  },
  getDelivery: {
    tag: 'Webhook',
    summary: 'Get a delivery',
    description: 'With the body that is sent.',
    answer: 'DeliveryResult',
  },
  replayDelivery: {
    tag: 'Webhook',
    summary: 'Send a delivery again',
    description: 'Starts again with the first attempt, also for a delivery that was delivered.',
    answer: 'DeliveryResult',
    codes: ['webhook-missing'],
  },
} as const satisfies Record<string, OperationDocs>;
