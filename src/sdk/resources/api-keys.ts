import type { ChangeOptions, CreateOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { ApiKeyResult, ApiKeysResult, CreateApiKey, CreateApiKeyResult } from '../types.ts';
import { path } from '../url.ts';

/** The methods for the account's API keys. */
export function apiKeys(send: Send) {
  return {
    /** Returns all API keys of the account, without their secrets. */
    list: async (options?: RequestOptions) => send<ApiKeysResult>('GET', '/account/api-keys', options),

    /** Creates an API key, which expires at `expiresAt` (ms) if given. The service never returns its secret again. */
    create: async (data: CreateApiKey = {}, options?: CreateOptions) =>
      send<CreateApiKeyResult>('POST', '/account/api-keys', options, data),

    /** Deletes an API key. `api-key-last` for the only one of the account. */
    remove: async (id: string, options?: ChangeOptions) =>
      send<ApiKeyResult>('DELETE', path`/account/api-keys/${{ id }}`, options),
  };
}
