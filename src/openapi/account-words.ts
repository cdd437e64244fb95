/** The words of what an account's server does to the account itself: its keys, its webhook, its copy. */
import type { Words } from './words.ts';

export const accountWords = {
  createAccount: {
    tag: 'Account',
    summary: 'Create an account',
    description: 'Its API key is in the answer, and is never shown again.',
    answer: 'CreateAccountResult',
    body: 'CreateAccount',
    codes: ['account-code-wrong', 'account-creation-closed', 'no-room'],
  },
  getAccount: { tag: 'Account', summary: 'Get the account', answer: 'AccountResult' },
  setPublicKey: {
    tag: 'Account',
    summary: 'Set the one signing key',
    description: 'Afterwards the account has exactly this public key, or none.',
    answer: 'AccountResult',
    body: 'SetPublicSigningKey',
  },
  exportAccount: {
    tag: 'Account',
    summary: 'Copy the account',
    description:
      'All of it, as lines of JSON, of which each has a `type`. A line `cursor` is what to go on from after a broken connection, ' +
      'and where an answer ends in one; the last line of a whole copy is `end`, with the number of lines of each type. Where it ' +
      'cannot go on, the last line is `problem`. The hashes of the API keys are in it, and the key of the webhook.',
    answer: 'ExportLine',
    lines: true,
    query: 'ExportQuery',
  },
  changeSettings: {
    tag: 'Account',
    summary: 'Change what strangers may ask',
    answer: 'AccountResult',
    body: 'AccountSettingsUpdate',
  },
  setWebhook: {
    tag: 'Webhook',
    summary: 'Set the webhook',
    description:
      'Reminders are sent there, and the changes that `events` names. Its key and its secret are made once, and kept when the URL changes; what is still to be sent goes to the new one.',
    answer: 'AccountResult',
    body: 'SetWebhook',
  },
  deleteWebhook: {
    tag: 'Webhook',
    summary: 'Remove the webhook',
    description: 'What is still to be sent is dropped.',
    answer: 'AccountResult',
  },
  testWebhook: {
    tag: 'Webhook',
    summary: 'Send a `ping`, and tell what came back',
    answer: 'WebhookTestResult',
    codes: ['webhook-missing'],
  },
  rollWebhookSecret: {
    tag: 'Webhook',
    summary: 'Make a new secret',
    description: 'For 24 hours what is sent is signed with the old one too.',
    answer: 'AccountResult',
    codes: ['webhook-missing'],
  },
  listDeliveries: {
    tag: 'Webhook',
    summary: 'List the deliveries',
    description: 'The newest first. Delivered ones are kept for 7 days, failed ones for 30.',
    answer: 'DeliveriesPage',
    query: 'DeliveriesQuery',
  },
  getDelivery: {
    tag: 'Webhook',
    summary: 'Get a delivery, with the body that is sent',
    answer: 'DeliveryResult',
  },
  replayDelivery: {
    tag: 'Webhook',
    summary: 'Send a delivery again',
    description: 'From the first attempt on, also one that was delivered.',
    answer: 'DeliveryResult',
    codes: ['webhook-missing'],
  },

  listKeys: { tag: 'Keys', summary: 'List the signing keys', answer: 'KeysResult' },
  addKey: {
    tag: 'Keys',
    summary: 'Add a signing key',
    answer: 'KeyResult',
    body: 'AddSigningKey',
    codes: ['kid-taken', 'key-limit'],
  },
  inspectToken: {
    tag: 'Keys',
    summary: 'Tell what the service makes of a token',
    description: 'The refusal that its bearer gets, the reason behind it, and what each permission comes to.',
    answer: 'Inspection',
    body: 'InspectToken',
  },
  setKeyState: {
    tag: 'Keys',
    summary: 'Change the state of a signing key',
    description: 'Every step can be taken back, but `revoked`. It takes effect with the very next request.',
    answer: 'KeyResult',
    body: 'SetSigningKeyState',
    codes: ['key-limit', 'key-state-final'],
  },
  removeKey: { tag: 'Keys', summary: 'Remove a signing key', answer: 'KeyResult' },
  listApiKeys: { tag: 'Keys', summary: 'List the API keys', answer: 'ApiKeysResult' },
  addApiKey: {
    tag: 'Keys',
    summary: 'Create an API key',
    description: 'The key is in the answer, and is never shown again.',
    answer: 'CreateApiKeyResult',
    body: 'CreateApiKey',
    codes: ['api-key-limit'],
  },
  removeApiKey: {
    tag: 'Keys',
    summary: 'Remove an API key',
    answer: 'ApiKeyResult',
    codes: ['api-key-last'],
  },
} as const satisfies Record<string, Words>;
