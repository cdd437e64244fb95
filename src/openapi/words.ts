/** The public sentences of every route: a route without docs, and docs without a route, do not compile. */
import { docs as exports } from '../export/docs.ts';
import type { OperationDocs } from '../operation-docs.ts';
import { docs as accounts } from '../resources/accounts/docs.ts';
import { docs as apiKeys } from '../resources/api-keys/docs.ts';
import { docs as bookings } from '../resources/bookings/docs.ts';
import { docs as calendars } from '../resources/calendars/docs.ts';
import { docs as events } from '../resources/events/docs.ts';
import { docs as schedules } from '../resources/schedules/docs.ts';
import { docs as services } from '../resources/services/docs.ts';
import { docs as signingKeys } from '../resources/signing-keys/docs.ts';
import { docs as users } from '../resources/users/docs.ts';
import type { routes } from '../routes.ts';
import { docs as webhooks } from '../webhooks/docs.ts';

export const words = {
  ...accounts,
  ...exports,
  ...webhooks,
  ...signingKeys,
  ...apiKeys,
  ...users,
  ...calendars,
  ...events,
  ...schedules,
  ...services,
  ...bookings,
} satisfies Record<keyof typeof routes, OperationDocs>;

/** Compiles only while every entry belongs to a route. */
export const everyEntryHasARoute: [Exclude<keyof typeof words, keyof typeof routes>] extends [never]
  ? true
  : Exclude<keyof typeof words, keyof typeof routes> = true;
