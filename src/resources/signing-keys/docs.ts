import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Keys: "The signing keys: public keys that verify users' tokens. The API keys of your account. You can rotate both without downtime.",
};

export const docs = {
  listKeys: {
    tag: 'Keys',
    summary: 'List the signing keys',
    description: "Returns the public keys that verify your users' tokens, each with its state.",
    sdk: 'account.keys.list()',
    answer: 'KeysResult',
  },
  addKey: {
    tag: 'Keys',
    summary: 'Add a signing key',
    description:
      'To rotate a signing key, add the new one, sign with it, then set the old one to `retiring`. The service finds the key of a token by its `kid`.',
    sdk: 'account.keys.add(body)',
    answer: 'KeyResult',
    body: 'AddSigningKey',
    codes: ['kid-taken', 'key-limit'],
  },
  inspectToken: {
    tag: 'Keys',
    summary: 'Inspect a token',
    description:
      'Returns whether the service accepts the token, and which permissions it grants. For a refused token, `code` and `detail` are the problem that its bearer gets, and `cause` is the reason that only you can see.',
    sdk: 'account.keys.inspect(body.token)',
    answer: 'Inspection',
    body: 'InspectToken',
  },
  setKeyState: {
    tag: 'Keys',
    summary: 'Change the state of a signing key',
    description: 'Takes effect with the next request. A revoked key stays revoked.',
    sdk: 'account.keys.setState(kid, body)',
    answer: 'KeyResult',
    body: 'SetSigningKeyState',
    codes: ['key-limit', 'key-state-final'],
  },
  removeKey: {
    tag: 'Keys',
    summary: 'Remove a signing key',
    description: 'From the next request on, no token of the key is accepted.',
    sdk: 'account.keys.remove(kid)',
    answer: 'KeyResult',
  },
} as const satisfies Record<string, OperationDocs>;
