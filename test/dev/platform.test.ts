/** The settings of wrangler.toml on which the guides rely. */

import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';

const config = readConfig({ config: 'wrangler.toml' });

it('fetches webhooks over the public Internet only', () => {
  expect(config.compatibility_flags).toContain('global_fetch_strictly_public');
});

it('keeps no log of URLs, as the guide for operators says', () => {
  expect(config.observability).toMatchObject({ enabled: true, logs: { invocation_logs: false } });
});

it('serves no previews', () => {
  expect(config.preview_urls).toBe(false);
});
