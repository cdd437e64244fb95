/** Decides whether a token's policy allows a permission. Pure: its test is its truth table. */
import { Permissions } from '../sdk/constants.ts';
import type { NamedPermission, SchedulerPolicy } from '../sdk/types.ts';

/** Every permission except `*`. */
export const permissions = Object.values(Permissions).filter((permission) => permission !== '*');

export interface Decision {
  allowed: boolean;
  /** The rule of the policy that decided. */
  because: string;
}

/** Decides whether a policy grants all of these permissions. Reading needs none, so it is always allowed. */
export function decide(policy: SchedulerPolicy | undefined, needs: readonly NamedPermission[]): Decision {
  const { allow = [], reject = [] } = policy ?? {};
  if (needs.length === 0) return { allowed: true, because: 'This operation needs no permission.' };
  const rejected = reject.find((rule) => rule === '*' || needs.includes(rule));
  if (rejected) return { allowed: false, because: `schedulerPolicy.reject holds ${rejected}.` };
  if (allow.includes('*')) return { allowed: true, because: 'schedulerPolicy.allow holds *.' };
  const missing = needs.find((need) => !allow.includes(need));
  if (!missing) return { allowed: true, because: `schedulerPolicy.allow holds ${needs.join(', ')}.` };
  if (!policy) return { allowed: false, because: 'The token has no schedulerPolicy, so it can only read.' };
  return { allowed: false, because: `schedulerPolicy.allow holds neither ${missing} nor *.` };
}
