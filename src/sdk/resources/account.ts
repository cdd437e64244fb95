import type { Send } from '../request.ts';
import type {
  AccountResult,
  AccountSettingsUpdate,
  CreateAccount,
  CreateAccountResult,
  SetPublicSigningKey,
  SetWebhook,
} from '../types.ts';

/** The account that the API key belongs to. */
export function account(send: Send) {
  const setKey = (body: SetPublicSigningKey) => send<AccountResult>('PUT', '/account/pubkey', body);
  return {
    /** Opens an account. Its API key, `secretApiKey`, is shown this once. Needs no credentials. */
    create: async (data: CreateAccount) => send<CreateAccountResult>('POST', '/account', data),

    /** The account itself. */
    me: async () => send<AccountResult>('GET', '/account'),

    /**
     * Makes this RSA public key, in PEM, the only one that users' tokens are verified against. Tokens of any other
     * key are refused from the next request on; to change keys without that, see `keys`. No key removes them all.
     */
    setPublicSigningKey: async (publicJwtKey?: string | null) => setKey({ publicJwtKey }),

    /** Removes every signing key: no token is accepted any more. */
    removePublicSigningKey: async () => setKey({ publicJwtKey: null }),

    /** Sets where the service calls back: an absolute http(s) URL. */
    setWebhook: async (webhookUrl: string) =>
      send<AccountResult>('PUT', '/account/webhook', { webhookUrl } satisfies SetWebhook),

    /** Ends the calls back. */
    removeWebhook: async () => send<AccountResult>('DELETE', '/account/webhook'),

    /** Changes the account's settings. */
    updateSettings: async (data: AccountSettingsUpdate) =>
      send<AccountResult>('PUT', '/account/settings', data),
  };
}
