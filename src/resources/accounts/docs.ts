import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Service: 'The health of the service.',
  Account: 'Your account: its settings, its signing key and its export.',
};

export const docs = {
  checkHealth: {
    tag: 'Service',
    summary: 'Get the version of the service',
    description:
      'Returns the version of the API, and where its reference is. It does not check the database: `GET /health` does.',
    sdk: 'health.info()',
    answer: 'HealthResult',
  },
  getHealth: {
    tag: 'Service',
    summary: 'Get the health of the service',
    description:
      'For a monitor: each database answers, the cron runs, and notifications are sent. Anything else is 503 `unhealthy`.',
    sdk: 'health.get()',
    answer: 'Health',
    codes: ['unhealthy'],
  },
  createAccount: {
    tag: 'Account',
    summary: 'Create an account',
    description: 'Returns the API key, which the service never shows again.',
    sdk: 'account.create(body)',
    answer: 'CreateAccountResult',
    body: 'CreateAccount',
    codes: ['account-code-wrong', 'account-creation-closed', 'no-room'],
  },
  getAccount: {
    tag: 'Account',
    summary: 'Get the account',
    description: 'Returns the settings of the account, and each quota with its limit and its use.',
    sdk: 'account.me()',
    answer: 'AccountResult',
  },
  setPublicKey: {
    tag: 'Account',
    summary: 'Replace all signing keys',
    description:
      'The account then accepts only tokens that this key verifies. With null, it accepts no tokens.',
    sdk: 'account.setPublicSigningKey(body.publicJwtKey)',
    answer: 'AccountResult',
    body: 'SetPublicSigningKey',
  },
  changeSettings: {
    tag: 'Account',
    summary: 'Update the account settings',
    description:
      "Opens free/busy and booking slots to anyone who knows the account's id, lets replicas serve reads, and says for how many days a cancelled booking is kept.",
    sdk: 'account.updateSettings(body)',
    answer: 'AccountResult',
    body: 'AccountSettingsUpdate',
  },
} as const satisfies Record<string, OperationDocs>;
