/** The quotas of an account: what each limits where the operator has set nothing else. Triggers of schema.sql count. */
import * as limits from './limits.ts';
import type { Quota, QuotaName } from './sdk/types.ts';

/** Where a new account starts, and the view `quota_defaults` of schema.sql has the same. */
export const quotaDefaults = {
  users: limits.USERS_MAX,
  calendars: limits.CALENDARS_MAX,
  events: limits.EVENTS_MAX,
  schedules: limits.SCHEDULES_MAX,
  services: limits.SERVICES_MAX,
  bookings: limits.BOOKINGS_MAX,
  holds: limits.HOLDS_MAX,
  userHolds: limits.USER_HOLDS_MAX,
  guestHolds: limits.GUEST_HOLDS_MAX,
  bytes: limits.STORED_MAX_BYTES,
  idempotencyRecords: limits.IDEMPOTENCY_RECORDS_MAX,
  pendingDeliveries: limits.PENDING_DELIVERIES_MAX,
  pendingBytes: limits.PENDING_MAX_BYTES,
  keptBytes: limits.KEPT_MAX_BYTES,
} as const satisfies Record<QuotaName, number>;

/** The quotas of a new account. */
export const unusedQuotas = Object.fromEntries(
  Object.entries(quotaDefaults).map(([quota, limit]) => [quota, { limit, use: 0 }]),
) as Record<QuotaName, Quota>;

/** What a problem calls each of them. */
export const quotaNouns: Readonly<Record<QuotaName, string>> = {
  users: 'users',
  calendars: 'calendars',
  events: 'events',
  schedules: 'schedules',
  services: 'services',
  bookings: 'bookings',
  holds: 'live holds',
  userHolds: 'live holds of one user',
  guestHolds: 'live holds of no user',
  bytes: 'stored bytes',
  idempotencyRecords: 'idempotency records',
  pendingDeliveries: 'pending notifications',
  pendingBytes: 'bytes of pending notifications',
  keptBytes: 'bytes of notifications that are over',
};
