import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Keys: "The public keys that verify users' tokens, and the API keys of the account. Rotate both without an outage.",
};

export const docs = {
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
    summary: 'Inspect a token',
    description:
      'Shows whether the service accepts the token; if not, the refusal that its bearer gets and the cause behind it; and the decision for each permission.',
    answer: 'Inspection',
    body: 'InspectToken',
  },
  setKeyState: {
    tag: 'Keys',
    summary: 'Change the state of a signing key',
    description: 'Takes effect with the next request. Every state can change again, except `revoked`.',
    answer: 'KeyResult',
    body: 'SetSigningKeyState',
    codes: ['key-limit', 'key-state-final'],
  },
  removeKey: { tag: 'Keys', summary: 'Remove a signing key', answer: 'KeyResult' },
} as const satisfies Record<string, OperationDocs>;
