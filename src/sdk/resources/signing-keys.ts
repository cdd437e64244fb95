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

/** The public keys that users' tokens are verified against: several at a time, so that one can follow another. */
export function signingKeys(send: Send) {
  return {
    /** All of the account's signing keys. */
    list: async (options?: RequestOptions) => send<KeysResult>('GET', '/account/keys', options),

    /** Adds a key beside those that are there. `kid-taken` or `key-limit` (5 live keys) when it cannot. */
    add: async (data: AddSigningKey, options?: CreateOptions) =>
      send<KeyResult>('POST', '/account/keys', options, data),

    /** Accepts a key, retires it (at `retiresAt`, in ms) or revokes it, which cannot be taken back. */
    setState: async (kid: string, data: SetSigningKeyState, options?: ChangeOptions) =>
      send<KeyResult>('PUT', path`/account/keys/${{ kid }}`, options, data),

    /** Deletes a key; its tokens are refused from the next request on. */
    remove: async (kid: string, options?: ChangeOptions) =>
      send<KeyResult>('DELETE', path`/account/keys/${{ kid }}`, options),

    /** Says whether a user's token would be accepted, why not, and what it permits. A bad token is no error here. */
    inspect: async (token: string, options?: RequestOptions) =>
      send<Inspection>('POST', '/account/keys/inspect', options, { token } satisfies InspectToken, {
        reads: true,
      }),
  };
}
