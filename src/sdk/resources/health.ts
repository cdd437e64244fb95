import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { HealthResult } from '../types.ts';

/** The service itself. */
export function health(send: Send) {
  return {
    /** Status 200 when the service is up. */
    checkStatus: async (options?: RequestOptions) => send<HealthResult>('GET', '/', options),
  };
}
