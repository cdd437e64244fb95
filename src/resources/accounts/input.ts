/** What an account can be told. */
import * as v from 'valibot';
import { shape, text } from '../schemas.ts';

export const creation = shape({ code: v.string('must be a string') });

export const publicKey = shape({
  publicJwtKey: v.nullish(v.string('must be a string in PEM, or null'), null),
});

export const webhook = shape({
  webhookUrl: v.pipe(
    text(1, 2048),
    v.check(
      (url) => /^https?:\/\/\S+$/i.test(url) && URL.canParse(url),
      'must be an absolute http or https URL',
    ),
  ),
});

export const settings = shape({ publicFreebusy: v.boolean('must be true or false') });
