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
      (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''),
      'must be an absolute http or https URL',
    ),
  ),
});
