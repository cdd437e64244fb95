/** Checks how a page uses the element. What the scheduler checks itself is left to it. */
import type { Token } from '@nettu/scheduler-sdk';
import { ConfigurationError, TokenError } from './problems.ts';

const UUID = /^[\da-f-]{36}$/i;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The attributes and properties that a mistake can make useless. */
export interface Configuration {
  readonly account: string;
  readonly service: string;
  readonly duration: number;
  readonly booking: string | undefined;
  readonly token: Token | undefined;
  readonly hostUserIds: readonly string[] | undefined;
}

/** What is wrong, for the developer of the page; undefined where nothing is. */
export function mistakeIn(page: Configuration): string | undefined {
  const { account, service, duration, booking, token, hostUserIds } = page;
  const wrong = hostUserIds?.find((id) => !UUID.test(id));
  if (wrong !== undefined) return `hosts must be user ids, separated by commas, not "${wrong}"`;
  const missing = [
    !account && 'account',
    booking ? !token && 'token' : !service && 'service',
    !booking && !(duration > 0) && 'duration (minutes)',
  ].filter(Boolean);
  return missing.length ? `It needs ${missing.join(', ')}` : undefined;
}

/**
 * A token function that explains what is wrong with the page's own.
 *
 * @param token returns the page's token or token function at the time of each use: frameworks set a new one at each render.
 */
export const checkedToken = (token: () => Token | undefined) => async (): Promise<string> => {
  const current = token();
  let value: unknown = current;
  try {
    if (typeof current === 'function') value = await current();
  } catch (cause) {
    throw new TokenError('The token function failed', { cause });
  }
  if (typeof value === 'string' && JWT.test(value.trim())) return value.trim();
  const what = String(value).trim();
  const found = what.startsWith('<') ? 'an HTML page' : `${typeof value} "${what.slice(0, 40)}"`;
  throw new ConfigurationError(`The token function must return a JWT, not ${found}`);
};
