import { readPublicKey, UnfitKey } from '../auth/public-key.ts';
import { invalid } from '../schemas.ts';

/**
 * What is stored of a public key: its PEM as it was sent, under its thumbprint.
 *
 * @throws Problem `input-invalid`, which never repeats what was sent: it may be a private key.
 */
export async function publicKeyIn(pem: string): Promise<{ pem: string; kid: string }> {
  try {
    return { pem, kid: (await readPublicKey(pem)).thumbprint };
  } catch (error) {
    if (error instanceof UnfitKey) throw invalid([{ path: 'publicJwtKey', reason: error.message }]);
    throw error;
  }
}
