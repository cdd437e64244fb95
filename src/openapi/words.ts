/** The public sentences of every route: a route without docs, and docs without a route, do not compile. */
import * as exports from '../export/docs.ts';
import type { OperationDocs } from '../operation-docs.ts';
import * as accounts from '../resources/accounts/docs.ts';
import * as apiKeys from '../resources/api-keys/docs.ts';
import * as bookings from '../resources/bookings/docs.ts';
import * as calendars from '../resources/calendars/docs.ts';
import * as events from '../resources/events/docs.ts';
import * as feeds from '../resources/feeds/docs.ts';
import * as imports from '../resources/imports/docs.ts';
import * as schedules from '../resources/schedules/docs.ts';
import * as services from '../resources/services/docs.ts';
import * as signingKeys from '../resources/signing-keys/docs.ts';
import * as subscriptions from '../resources/subscriptions/docs.ts';
import * as users from '../resources/users/docs.ts';
import type { routes } from '../routes.ts';
import * as webhooks from '../webhooks/docs.ts';

export const words = {
  ...accounts.docs,
  ...exports.docs,
  ...webhooks.docs,
  ...signingKeys.docs,
  ...apiKeys.docs,
  ...users.docs,
  ...calendars.docs,
  ...feeds.docs,
  ...subscriptions.docs,
  ...imports.docs,
  ...events.docs,
  ...schedules.docs,
  ...services.docs,
  ...bookings.docs,
} satisfies Record<keyof typeof routes, OperationDocs>;

/** The groups of operations, in the order of the reference. */
export const tags: Readonly<Record<string, string>> = {
  ...accounts.tags,
  ...webhooks.tags,
  ...signingKeys.tags,
  ...users.tags,
  ...calendars.tags,
  ...feeds.tags,
  ...events.tags,
  ...schedules.tags,
  ...services.tags,
  ...bookings.tags,
};

/** Compiles only while every entry belongs to a route. */
export const everyEntryHasARoute: [Exclude<keyof typeof words, keyof typeof routes>] extends [never]
  ? true
  : Exclude<keyof typeof words, keyof typeof routes> = true;
