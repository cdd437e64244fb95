import type { ChangeOptions, CreateOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { ApiKeyResult, ApiKeysResult, CreateApiKey, CreateApiKeyResult } from '../types.ts';
import { path } from '../url.ts';

/** The keys that the account's servers call with. */
export function apiKeys(send: Send) {
  return {
    /** All of the account's API keys, without their secrets. */
    list: async (options?: RequestOptions) => send<ApiKeysResult>('GET', '/account/api-keys', options),

    /** Makes another key, which ends at `expiresAt` (ms) if given. Its secret is shown this once. */
    create: async (data: CreateApiKey = {}, options?: CreateOptions) =>
      send<CreateApiKeyResult>('POST', '/account/api-keys', options, data),

    /** Deletes a key; the last one that is left stays (`api-key-last`). */
    remove: async (id: string, options?: ChangeOptions) =>
      send<ApiKeyResult>('DELETE', path`/account/api-keys/${{ id }}`, options),
  };
}
