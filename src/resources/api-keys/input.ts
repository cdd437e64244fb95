/** What is asked of a new API key. */
import * as v from 'valibot';
import { shape, text, timestamp } from '../../validation/schemas.ts';

export const creation = shape({ name: v.nullish(text(1, 128), null), expiresAt: v.nullish(timestamp, null) });
