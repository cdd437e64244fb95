/** The input of the operations on API keys. */
import * as v from 'valibot';
import { API_KEY_NAME_MAX_CHARS } from '../../limits.ts';
import { shape, text, timestamp } from '../../validation/schemas.ts';

export const creation = shape({
  name: v.nullish(text(1, API_KEY_NAME_MAX_CHARS), null),
  expiresAt: v.nullish(timestamp, null),
});
