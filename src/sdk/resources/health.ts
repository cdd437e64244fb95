import type { RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { Health, HealthResult } from '../types.ts';

/** The methods for the service itself. */
export function health(send: Send) {
  const info = async (options?: RequestOptions) => send<HealthResult>('GET', '/', options);
  return {
    /** Returns the status of the service: 200 when it is up. */
    checkStatus: async (options?: RequestOptions): Promise<number> => (await info(options)).status,

    /** Returns the version of the service, and the paths of its reference. */
    info,

    /** Returns status 200 when each database answers, the cron runs, and notifications are sent; else `unhealthy`. */
    get: async (options?: RequestOptions) => send<Health>('GET', '/health', options),
  };
}
