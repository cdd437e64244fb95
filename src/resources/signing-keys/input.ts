/** The input of the operations on signing keys. */
import * as v from 'valibot';
import { UnfitKey } from '../../auth/pem.ts';
import { readPublicKey } from '../../auth/public-key.ts';
import { KID_MAX_CHARS } from '../../limits.ts';
import type { SigningKeyState } from '../../sdk/types.ts';
import { invalid, shape, timestamp } from '../../validation/schemas.ts';

const kidRule = `must be 1 to ${KID_MAX_CHARS} printable ASCII characters without spaces, and not only dots`;

/** A kid is part of a path, and URL parsers remove `.` and `..` from paths. */
const kid = v.pipe(v.string(kidRule), v.regex(new RegExp(`^(?!\\.+$)[!-~]{1,${KID_MAX_CHARS}}$`), kidRule));

const states = ['standby', 'active', 'retiring', 'revoked'] as const satisfies readonly SigningKeyState[];

export const creation = shape({
  publicJwtKey: v.string('must be a string in PEM'),
  kid: v.optional(kid),
  state: v.optional(v.picklist(['standby', 'active'], 'must be standby or active'), 'active'),
});

export const change = v.pipe(
  shape({
    state: v.picklist(states, `must be one of ${states.join(', ')}`),
    retiresAt: v.nullish(timestamp, null),
  }),
  v.forward(
    v.check(
      ({ state, retiresAt }) => (state === 'retiring') === (retiresAt !== null),
      'must be set if the state is retiring, and only then',
    ),
    ['retiresAt'],
  ),
);

export const inspection = shape({ token: v.string('must be a string') });

/**
 * Reads a public key: the PEM as sent, and its thumbprint, which is the default `kid`.
 *
 * @throws Problem `input-invalid`, which never repeats the input, as it may be a private key.
 */
export async function publicKeyIn(pem: string): Promise<{ pem: string; kid: string }> {
  try {
    return { pem, kid: (await readPublicKey(pem)).thumbprint };
  } catch (error) {
    if (error instanceof UnfitKey) throw invalid([{ path: 'publicJwtKey', reason: error.message }]);
    throw error;
  }
}
