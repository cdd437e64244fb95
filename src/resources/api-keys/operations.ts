import { newSecret } from '../../auth/api-key.ts';
import { Problem } from '../../http/problem.ts';
import { found, operation, plan } from '../../operation.ts';
import type { ApiKeyResult, ApiKeysResult, CreateApiKeyResult } from '../../sdk/types.ts';
import { invalid } from '../schemas.ts';
import * as input from './input.ts';
import { deleteApiKey, insertApiKey, MAX_API_KEYS, selectApiKey, selectApiKeys, toApiKey } from './rows.ts';

export const listApiKeys = operation({
  run: (scope) => plan([selectApiKeys(scope)], (rows): ApiKeysResult => ({ apiKeys: rows.map(toApiKey) })),
});

export const addApiKey = operation({
  body: input.creation,
  async run(scope, { body, now }) {
    if (body.expiresAt !== null && body.expiresAt <= now) {
      throw invalid([{ path: 'expiresAt', reason: 'must be in the future' }]);
    }
    const secretApiKey = newSecret('sk_');
    const insert = await insertApiKey(scope, { ...body, secret: secretApiKey, now });
    return plan([insert], ([row]): CreateApiKeyResult => {
      if (!row)
        throw new Problem(
          'api-key-limit',
          `An account has at most ${MAX_API_KEYS} API keys. Remove one first.`,
        );
      return { apiKey: toApiKey(row), secretApiKey };
    });
  },
});

export const removeApiKey = operation({
  run: (scope, { params: { apiKeyId }, now }) =>
    plan(
      [selectApiKey(scope, apiKeyId), deleteApiKey(scope, apiKeyId, now)],
      (before, [deleted]): ApiKeyResult => {
        found(before);
        if (!deleted)
          throw new Problem(
            'api-key-last',
            'No other API key of the account works. Create another one first.',
          );
        return { apiKey: toApiKey(deleted) };
      },
    ),
});
