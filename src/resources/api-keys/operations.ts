/** What is done to the keys that the account's servers call with. */
import { newSecret } from '../../auth/api-key.ts';
import { found, plan, read, write } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import type { ApiKeyResult, ApiKeysResult, CreateApiKeyResult } from '../../sdk/types.ts';
import { invalid } from '../schemas.ts';
import * as input from './input.ts';
import { deleteApiKey, insertApiKey, MAX_API_KEYS, selectApiKey, selectApiKeys, toApiKey } from './rows.ts';

export const listApiKeys = read({
  run: (scope) => plan([selectApiKeys(scope)], (rows): ApiKeysResult => ({ apiKeys: rows.map(toApiKey) })),
});

export const addApiKey = write({
  body: input.creation,
  unsure:
    'If it was, nobody has its secret: list the API keys, remove the one that you do not know, and send this again.',
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

export const removeApiKey = write({
  params: ['apiKeyId'],
  run: (scope, { params: { apiKeyId }, now }) =>
    plan(
      [selectApiKey(scope, apiKeyId), deleteApiKey(scope, apiKeyId, now)],
      (before, [deleted]): ApiKeyResult => {
        found(before);
        if (!deleted)
          throw new Problem(
            'api-key-last',
            'The account would be left without a key that lasts: removing one that never expires takes another that ' +
              'never expires, removing any other takes one that works now. Create one first, without expiresAt.',
          );
        return { apiKey: toApiKey(deleted) };
      },
    ),
});
