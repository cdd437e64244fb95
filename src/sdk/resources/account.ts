import { exported } from '../export.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
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
  const setKey = (body: SetPublicSigningKey, options?: ChangeOptions) =>
    send<AccountResult>('PUT', '/account/pubkey', options, body);
  return {
    /** Opens an account. Its API key, `secretApiKey`, is shown this once. Needs no credentials. */
    create: async (data: CreateAccount, options?: CreateOptions) =>
      send<CreateAccountResult>('POST', '/account', options, data),

    /** The account itself. */
    me: async (options?: ReadOptions<AccountResult>) => send<AccountResult>('GET', '/account', options),

    /**
     * Makes this RSA public key, in PEM, the only one that users' tokens are verified against. Tokens of any other
     * key are refused from the next request on; to change keys without that, see `keys`. No key removes them all.
     */
    setPublicSigningKey: async (publicJwtKey?: string | null, options?: ChangeOptions) =>
      setKey({ publicJwtKey }, options),

    /** Removes every signing key: no token is accepted any more. */
    removePublicSigningKey: async (options?: ChangeOptions) => setKey({ publicJwtKey: null }, options),

    /**
     * Sets where reminders are sent, and the changes that `events` names (`'*'`: all; absent: as before): an absolute
     * http(s) URL. `verifyWebhook` proves to its server what arrives.
     */
    setWebhook: async (
      webhookUrl: string,
      { events, ...rest }: Pick<SetWebhook, 'events'> & ChangeOptions = {},
      options: ChangeOptions = rest,
    ) => send<AccountResult>('PUT', '/account/webhook', options, { webhookUrl, events } satisfies SetWebhook),

    /** Ends that, and drops what was still to be sent. */
    removeWebhook: async (options?: ChangeOptions) =>
      send<AccountResult>('DELETE', '/account/webhook', options),

    /**
     * All of the account, as the lines of a file that `npm run import` puts into any database: among them the hashes of
     * its API keys and the key of its webhook, so keep it as safe as those. A broken connection is taken up again. To go
     * on with a file that ends in a line `cursor`, give that one.
     */
    export: (options?: RequestOptions & { cursor?: string | undefined }): AsyncIterable<string> =>
      exported(send, options),

    /** Opens or closes what anyone may ask who knows the account's id; keeps what is not given. */
    updateSettings: async (data: AccountSettingsUpdate, options?: ChangeOptions) =>
      send<AccountResult>('PUT', '/account/settings', options, data),
  };
}
