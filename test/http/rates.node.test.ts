/** wrangler.toml sets the limiters to what src/limits.ts says, which is what clients see. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import * as limits from '../../src/limits.ts';

it('the bindings have the limits and the windows of src/limits.ts', () => {
  const config = readConfig({ config: fileURLToPath(new URL('../../wrangler.toml', import.meta.url)) });
  const { ratelimits } = config as unknown as {
    ratelimits: { name: string; simple: { limit: number; period: number } }[];
  };
  expect(Object.fromEntries(ratelimits.map(({ name, simple }) => [name, simple]))).toEqual({
    RATE_LIMITER: { limit: limits.ADDRESS_REQUESTS_MAX, period: limits.ADDRESS_WINDOW_SECONDS },
    WRITES_OF_ACCOUNT: { limit: limits.ACCOUNT_WRITES_MAX, period: limits.WRITES_WINDOW_SECONDS },
    WRITES_OF_USER: { limit: limits.USER_WRITES_MAX, period: limits.WRITES_WINDOW_SECONDS },
  });
});
