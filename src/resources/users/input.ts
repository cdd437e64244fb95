/** The input of the operations on users. */
import * as v from 'valibot';
import { metadata, shape, timestamp } from '../../validation/schemas.ts';

export const creation = shape({ metadata: v.optional(metadata, {}) });

export const update = shape({ metadata: v.optional(metadata) });

export const revocation = shape({ notBefore: v.nullable(timestamp) });
