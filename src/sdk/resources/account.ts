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

/** The methods for the account of the API key. */
export function account(send: Send) {
  const setKey = (body: SetPublicSigningKey, options?: ChangeOptions) =>
    send<AccountResult>('PUT', '/account/pubkey', options, body);
  return {
    /** Creates an account. Needs no credentials. Store the API key in `secretApiKey`: the service never returns it again. */
    create: async (data: CreateAccount, options?: CreateOptions) =>
      send<CreateAccountResult>('POST', '/account', options, data),

    /** Returns the account. */
    me: async (options?: ReadOptions<AccountResult>) => send<AccountResult>('GET', '/account', options),

    /**
     * Makes this RSA public key (PEM) the account's only signing key. The service refuses tokens of any other key from the
     * next request on; use `keys` to rotate keys without that. Without a key, it removes all signing keys.
     */
    setPublicSigningKey: async (publicJwtKey?: string | null, options?: ChangeOptions) =>
      setKey({ publicJwtKey }, options),

    /** Removes every signing key. The service then refuses every token. */
    removePublicSigningKey: async (options?: ChangeOptions) => setKey({ publicJwtKey: null }, options),

    /**
     * Sets the account's webhook, an absolute http(s) URL that gets reminders and the changes in `events`. `'*'` stands for
     * every change; without `events`, the list stays as it is. The receiver verifies each request with `verifyWebhook`.
     */
    setWebhook: async (
      webhookUrl: string,
      { events, ...rest }: Pick<SetWebhook, 'events'> & ChangeOptions = {},
      options: ChangeOptions = rest,
    ) => send<AccountResult>('PUT', '/account/webhook', options, { webhookUrl, events } satisfies SetWebhook),

    /** Removes the webhook, and drops its pending deliveries. */
    removeWebhook: async (options?: ChangeOptions) =>
      send<AccountResult>('DELETE', '/account/webhook', options),

    /**
     * Exports the whole account as the lines of a file, which `npm run import` of the service can import into any database.
     * Keep the file secret: it contains the hashes of the API keys and the webhook's secrets. After a broken connection the
     * export continues by itself. To continue a file in another process, pass the cursor of its last `cursor` line.
     */
    export: (options?: RequestOptions & { cursor?: string | undefined }): AsyncIterable<string> =>
      exported(send, options),

    /** Updates the given settings, such as the routes that are open to anyone who knows the account's id. */
    updateSettings: async (data: AccountSettingsUpdate, options?: ChangeOptions) =>
      send<AccountResult>('PUT', '/account/settings', options, data),
  };
}
