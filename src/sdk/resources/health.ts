import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { HealthResult } from '../types.ts';

/** The methods for the service itself. */
export function health(send: Send) {
  return {
    /** Returns status 200 when the service is up. */
    checkStatus: async (options?: RequestOptions) => send<HealthResult>('GET', '/', options),
  };
}
