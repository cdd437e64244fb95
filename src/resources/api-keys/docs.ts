import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  listApiKeys: { tag: 'Keys', summary: 'List the API keys', answer: 'ApiKeysResult' },
  addApiKey: {
    tag: 'Keys',
    summary: 'Create an API key',
    description: 'The answer shows the key, this one time.',
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
