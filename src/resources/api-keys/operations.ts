/** Operations on the API keys of an account. */

import { newApiKey } from '../../auth/api-key.ts';
import { API_KEYS_MAX } from '../../limits.ts';
import { read, write } from '../../operation.ts';
import { creation, found, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { ApiKeyResult, ApiKeysResult, CreateApiKeyResult } from '../../sdk/types.ts';
import { invalid } from '../../validation/schemas.ts';
import * as input from './input.ts';
import {
  apiKeyIsThere,
  deleteApiKey,
  insertApiKey,
  newApiKeyRow,
  selectApiKey,
  selectApiKeys,
  toApiKey,
} from './sql.ts';

export const listApiKeys = read({
  run: (scope) => plan([selectApiKeys(scope)], (rows): ApiKeysResult => ({ apiKeys: rows.map(toApiKey) })),
});

export const addApiKey = write({
  idempotent: true,
  body: input.creation,
  retryAdvice:
    'If it did, nobody has the new key: list the API keys, remove the one that you do not know, and send it again.',
  sealedWith: ({ apiKey }) => apiKey ?? '',
  async run(scope, { body, shard, now }) {
    if (body.expiresAt !== null && body.expiresAt <= now) {
      throw invalid([{ path: 'expiresAt', reason: 'must be in the future' }]);
    }
    const secretApiKey = newApiKey(shard.number);
    const row = newApiKeyRow(secretApiKey, body, now);
    const result: CreateApiKeyResult = { apiKey: toApiKey(row), secretApiKey };
    const promised = { answer: withEtag(result, row), created: apiKeyIsThere(scope, row) };
    return creation(promised, [await insertApiKey(scope, row, secretApiKey)], ([added]) => {
      if (added) return undefined;
      throw new Problem(
        'api-key-limit',
        `An account has at most ${API_KEYS_MAX} API keys. Remove one first.`,
      );
    });
  },
});

export const removeApiKey = write({
  params: ['apiKeyId'],
  target: (scope, { params }) => selectApiKey(scope, params.apiKeyId),
  run: (scope, { params: { apiKeyId }, now }) =>
    plan(
      [selectApiKey(scope, apiKeyId), deleteApiKey(scope, apiKeyId, now)],
      (before, [deleted]): WithEtag<ApiKeyResult> => {
        found(before);
        if (!deleted)
          throw new Problem(
            'api-key-last',
            'An account keeps a working API key, and its last one that never expires. Create a key without expiresAt first.',
          );
        return withEtag({ apiKey: toApiKey(deleted) }, deleted);
      },
    ),
});
