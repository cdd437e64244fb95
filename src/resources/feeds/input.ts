/** The input of the operations on feeds. */
import * as v from 'valibot';
import { FEED_NAME_MAX_CHARS } from '../../limits.ts';
import { shape, text } from '../../validation/schemas.ts';

export const creation = shape({
  detail: v.picklist(['full', 'busy'], 'must be full or busy'),
  name: v.nullish(text(1, FEED_NAME_MAX_CHARS), null),
});
