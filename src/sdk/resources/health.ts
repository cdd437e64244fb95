import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { Health, HealthResult } from '../types.ts';

/** The methods for the service itself. */
export function health(send: Send) {
  return {
    /** Returns status 200 when the service answers: its version, without its databases. */
    checkStatus: async (options?: RequestOptions) => send<HealthResult>('GET', '/', options),
    /** Returns status 200 when each database answers, the cron runs, and notifications are sent; else `unhealthy`. */
    get: async (options?: RequestOptions) => send<Health>('GET', '/health', options),
  };
}
