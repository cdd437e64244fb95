/** The input of the operations on accounts. */
import * as v from 'valibot';
import { KEEP_CANCELLED_MAX_DAYS, KEEP_CANCELLED_MIN_DAYS } from '../../limits.ts';
import { integer, shape } from '../../validation/schemas.ts';

export const creation = shape({
  code: v.string('must be a string'),
  /** `shardForNewAccount` checks it, since the operator's SHARDS define the regions. */
  region: v.optional(v.string('must be a string')),
});

export const publicKey = shape({
  publicJwtKey: v.nullish(v.string('must be a string in PEM, or null'), null),
});

const flag = v.optional(v.boolean('must be true or false'));

/** An absent setting stays as it is. */
export const settings = v.pipe(
  shape({
    publicFreebusy: flag,
    publicBooking: flag,
    reads: v.optional(v.picklist(['primary', 'nearest'], 'must be primary or nearest')),
    keepCancelledDays: v.optional(integer(KEEP_CANCELLED_MIN_DAYS, KEEP_CANCELLED_MAX_DAYS, 'days')),
  }),
  v.forward(
    v.check(
      (settings) => Object.values(settings).some((value) => value !== undefined),
      'is missing: send publicFreebusy, publicBooking, reads or keepCancelledDays',
    ),
    ['publicFreebusy'],
  ),
);
