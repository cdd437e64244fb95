import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  listApiKeys: { tag: 'Keys', summary: 'List the API keys', answer: 'ApiKeysResult' },
  addApiKey: {
    tag: 'Keys',
    summary: 'Create an API key',
    description: 'Returns the API key, which the service never shows again.',
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
} as const satisfies Record<string, OperationDocs>;
