import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Service: 'Whether the service is up.',
  Account: "A company's account: its settings, its public key and its export.",
};

export const docs = {
  checkHealth: { tag: 'Service', summary: 'Check the health of the service', answer: 'HealthResult' },
  createAccount: {
    tag: 'Account',
    summary: 'Create an account',
    description: 'The answer shows the API key, this one time.',
    answer: 'CreateAccountResult',
    body: 'CreateAccount',
    codes: ['account-code-wrong', 'account-creation-closed', 'no-room'],
  },
  getAccount: { tag: 'Account', summary: 'Get the account', answer: 'AccountResult' },
  setPublicKey: {
    tag: 'Account',
    summary: 'Set the one signing key',
    description: 'Replaces every signing key of the account by this public key, or by none.',
    answer: 'AccountResult',
    body: 'SetPublicSigningKey',
  },
  changeSettings: {
    tag: 'Account',
    summary: "Change the account's settings",
    description: 'Sets what anyone may read without credentials, and whether replicas answer reads.',
    answer: 'AccountResult',
    body: 'AccountSettingsUpdate',
  },
} as const satisfies Record<string, OperationDocs>;
