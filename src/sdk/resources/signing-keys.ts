import type { ChangeOptions, CreateOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type {
  AddSigningKey,
  Inspection,
  InspectToken,
  KeyResult,
  KeysResult,
  SetSigningKeyState,
} from '../types.ts';
import { path } from '../url.ts';

/** The methods for the public keys that verify users' tokens. An account has several, so that it can rotate them. */
export function signingKeys(send: Send) {
  return {
    /** Returns all signing keys of the account. */
    list: async (options?: RequestOptions) => send<KeysResult>('GET', '/account/keys', options),

    /** Adds a signing key. `kid-taken` for an existing `kid`, `key-limit` beyond 5 live keys. */
    add: async (data: AddSigningKey, options?: CreateOptions) =>
      send<KeyResult>('POST', '/account/keys', options, data),

    /** Activates a key, sets it to standby, retires it at `retiresAt` (ms), or revokes it for good. */
    setState: async (kid: string, data: SetSigningKeyState, options?: ChangeOptions) =>
      send<KeyResult>('PUT', path`/account/keys/${{ kid }}`, options, data),

    /** Deletes a key. The service refuses its tokens from the next request on. */
    remove: async (kid: string, options?: ChangeOptions) =>
      send<KeyResult>('DELETE', path`/account/keys/${{ kid }}`, options),

    /** Inspects a token: whether the service accepts it, why not, and what it permits. An invalid token is not an error. */
    inspect: async (token: string, options?: RequestOptions) =>
      send<Inspection>('POST', '/account/keys/inspect', options, { token } satisfies InspectToken, {
        reads: true,
      }),
  };
}
