import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  listApiKeys: {
    tag: 'Keys',
    summary: 'List the API keys',
    description: "Returns each key's name, last characters and expiry, and never the key itself.",
    sdk: 'account.apiKeys.list()',
    answer: 'ApiKeysResult',
  },
  addApiKey: {
    tag: 'Keys',
    summary: 'Create an API key',
    description:
      'Returns the API key, which the service never shows again. To rotate an API key, create a new one, deploy it, then remove the old one.',
    sdk: 'account.apiKeys.create(body)',
    answer: 'CreateApiKeyResult',
    body: 'CreateApiKey',
    codes: ['api-key-limit'],
  },
  removeApiKey: {
    tag: 'Keys',
    summary: 'Remove an API key',
    description:
      'The key stops working with the next request. The last key that never expires cannot be removed.',
    sdk: 'account.apiKeys.remove(apiKeyId)',
    answer: 'ApiKeyResult',
    codes: ['api-key-last'],
  },
} as const satisfies Record<string, OperationDocs>;
