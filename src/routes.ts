/**
 * Every route of the API. An operation has a path for each door. The `admin` path takes the account's API key and names
 * the owner; the `user` path takes a token, and the caller is the owner; see `Door` for the others. `needs` lists the
 * permissions that the token's policy must allow. The first row that fits a request answers it, so `/user/meta` stands
 * before `/user/:userId`.
 */

import { exportAccount } from './export/export.ts';
import { getHealth } from './jobs/health.ts';
import { shardForNewAccount } from './resources/accounts/choose-shard.ts';
import * as accounts from './resources/accounts/operations.ts';
import * as apiKeys from './resources/api-keys/operations.ts';
import * as bookingLists from './resources/bookings/lists.ts';
import * as bookings from './resources/bookings/operations.ts';
import { getBookingSlots } from './resources/bookings/slots.ts';
import { getBookingText } from './resources/bookings/text.ts';
import * as calendars from './resources/calendars/operations.ts';
import { getCalendarEvents, getFreebusy, getInstances } from './resources/events/instances.ts';
import * as occurrences from './resources/events/occurrences.ts';
import * as events from './resources/events/operations.ts';
import * as feeds from './resources/feeds/operations.ts';
import { importCalendar } from './resources/imports/operations.ts';
import * as schedules from './resources/schedules/operations.ts';
import * as hosts from './resources/services/hosts.ts';
import * as services from './resources/services/operations.ts';
import { inspectToken } from './resources/signing-keys/inspect.ts';
import * as keys from './resources/signing-keys/operations.ts';
import { refreshCalendar } from './resources/subscriptions/operations.ts';
import * as users from './resources/users/operations.ts';
import type { Route, RouteErrorsOf } from './route.ts';
import * as deliveries from './webhooks/deliveries.ts';
import * as endpoints from './webhooks/endpoints.ts';
import * as webhook from './webhooks/operations.ts';

// biome-ignore format: a table is read down its columns
export const routes = {
  checkHealth: { method: 'GET', public: '/', needs: [], does: accounts.checkHealth },
  getHealth: { method: 'GET', public: '/health', needs: [], does: getHealth, limited: true },

  createAccount: { method: 'POST', public: '/account', needs: [], does: accounts.createAccount, status: 201, limited: true, shardFor: shardForNewAccount },
  getAccount: { method: 'GET', admin: '/account', needs: [], does: accounts.getAccount },
  setPublicKey: { method: 'PUT', admin: '/account/pubkey', needs: [], does: accounts.setPublicKey },
  changeSettings: { method: 'PUT', admin: '/account/settings', needs: [], does: accounts.changeSettings },
  exportAccount: { method: 'GET', admin: '/account/export', needs: [], does: exportAccount },
  getWebhook: { method: 'GET', admin: '/account/webhook', needs: [], does: webhook.getWebhook },
  setWebhook: { method: 'PUT', admin: '/account/webhook', needs: [], does: webhook.setWebhook },
  deleteWebhook: { method: 'DELETE', admin: '/account/webhook', needs: [], does: webhook.deleteWebhook },
  testWebhook: { method: 'POST', admin: '/account/webhook/test', needs: [], does: webhook.testWebhook, limited: true },
  rollWebhookSecret: { method: 'POST', admin: '/account/webhook/secret', needs: [], does: webhook.rollSecret },
  listDeliveries: { method: 'GET', admin: '/account/webhook/deliveries', needs: [], does: deliveries.listDeliveries },
  getDelivery: { method: 'GET', admin: '/account/webhook/deliveries/:deliveryId', needs: [], does: deliveries.getDelivery },
  replayDelivery: { method: 'POST', admin: '/account/webhook/deliveries/:deliveryId/replay', needs: [], does: deliveries.replayDeliveryNow },
  listWebhooks: { method: 'GET', admin: '/account/webhooks', needs: [], does: endpoints.listWebhooks },
  createWebhook: { method: 'POST', admin: '/account/webhooks', needs: [], does: endpoints.createWebhook, status: 201 },
  getOneWebhook: { method: 'GET', admin: '/account/webhooks/:webhookId', needs: [], does: endpoints.getOneWebhook },
  updateWebhook: { method: 'PUT', admin: '/account/webhooks/:webhookId', needs: [], does: endpoints.updateWebhook },
  removeWebhook: { method: 'DELETE', admin: '/account/webhooks/:webhookId', needs: [], does: endpoints.removeWebhook },
  testOneWebhook: { method: 'POST', admin: '/account/webhooks/:webhookId/test', needs: [], does: endpoints.testOneWebhook, limited: true },
  rollOneWebhookSecret: { method: 'POST', admin: '/account/webhooks/:webhookId/secret', needs: [], does: endpoints.rollOneWebhookSecret },

  listKeys: { method: 'GET', admin: '/account/keys', needs: [], does: keys.listKeys },
  addKey: { method: 'POST', admin: '/account/keys', needs: [], does: keys.addKey, status: 201 },
  inspectToken: { method: 'POST', admin: '/account/keys/inspect', needs: [], does: inspectToken },
  setKeyState: { method: 'PUT', admin: '/account/keys/:kid', needs: [], does: keys.setKeyState },
  removeKey: { method: 'DELETE', admin: '/account/keys/:kid', needs: [], does: keys.removeKey },
  listApiKeys: { method: 'GET', admin: '/account/api-keys', needs: [], does: apiKeys.listApiKeys },
  addApiKey: { method: 'POST', admin: '/account/api-keys', needs: [], does: apiKeys.addApiKey, status: 201 },
  removeApiKey: { method: 'DELETE', admin: '/account/api-keys/:apiKeyId', needs: [], does: apiKeys.removeApiKey },

  listUsers: { method: 'GET', admin: '/user', needs: [], does: users.listUsers },
  createUser: { method: 'POST', admin: '/user', needs: [], does: users.createUser, status: 201 },
  findUsers: { method: 'GET', admin: '/user/meta', needs: [], does: users.findUsers },
  getUser: { method: 'GET', admin: '/user/:userId', user: '/me', owner: 'userId', needs: [], does: users.getUser },
  changeUser: { method: 'PUT', admin: '/user/:userId', owner: 'userId', needs: [], does: users.changeUser },
  revokeTokens: { method: 'PUT', admin: '/user/:userId/tokens', owner: 'userId', needs: [], does: users.revokeTokens },
  removeUser: { method: 'DELETE', admin: '/user/:userId', owner: 'userId', needs: [], does: users.removeUser },

  findCalendars: { method: 'GET', admin: '/calendar/meta', needs: [], does: calendars.findCalendars },
  listCalendars: { method: 'GET', admin: '/user/:userId/calendar', user: '/calendar', owner: 'userId', needs: [], does: calendars.listCalendars },
  createCalendar: { method: 'POST', admin: '/user/:userId/calendar', user: '/calendar', owner: 'userId', needs: ['CreateCalendar'], does: calendars.createCalendar, status: 201 },
  getCalendarText: { method: 'GET', admin: '/user/calendar/:calendarId.ics', user: '/calendar/:calendarId.ics', needs: [], does: feeds.getCalendarText },
  getCalendar: { method: 'GET', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: [], does: calendars.getCalendar },
  changeCalendar: { method: 'PUT', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: ['UpdateCalendar'], does: calendars.changeCalendar },
  removeCalendar: { method: 'DELETE', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: ['DeleteCalendar'], does: calendars.removeCalendar },

  importCalendar: { method: 'POST', admin: '/user/calendar/:calendarId/import', user: '/calendar/:calendarId/import', needs: ['CreateCalendarEvent'], does: importCalendar },
  refreshCalendar: { method: 'POST', admin: '/user/calendar/:calendarId/refresh', user: '/calendar/:calendarId/refresh', needs: ['UpdateCalendar'], does: refreshCalendar },
  listFeeds: { method: 'GET', admin: '/user/calendar/:calendarId/feeds', user: '/calendar/:calendarId/feeds', needs: ['UpdateCalendar'], does: feeds.listFeeds },
  addFeed: { method: 'POST', admin: '/user/calendar/:calendarId/feeds', user: '/calendar/:calendarId/feeds', needs: ['UpdateCalendar'], does: feeds.addFeed, status: 201 },
  removeFeed: { method: 'DELETE', admin: '/user/calendar/:calendarId/feeds/:feedId', user: '/calendar/:calendarId/feeds/:feedId', needs: ['UpdateCalendar'], does: feeds.removeFeed },
  getFeed: { method: 'GET', feed: '/feed/:secret.ics', needs: [], does: feeds.getFeed },

  findEvents: { method: 'GET', admin: '/events/meta', needs: [], does: events.findEvents },
  listEvents: { method: 'GET', admin: '/user/:userId/events', user: '/events', owner: 'userId', needs: [], does: events.listEvents },
  createEvent: { method: 'POST', admin: '/user/:userId/events', user: '/events', owner: 'userId', needs: ['CreateCalendarEvent'], does: events.createEvent, status: 201 },
  getEvent: { method: 'GET', admin: '/user/events/:eventId', user: '/events/:eventId', needs: [], does: events.getEvent },
  changeEvent: { method: 'PUT', admin: '/user/events/:eventId', user: '/events/:eventId', needs: ['UpdateCalendarEvent'], does: events.changeEvent },
  removeEvent: { method: 'DELETE', admin: '/user/events/:eventId', user: '/events/:eventId', needs: ['DeleteCalendarEvent'], needsWith: { from: ['UpdateCalendarEvent'] }, does: occurrences.removeEvent },
  getInstances: { method: 'GET', admin: '/user/events/:eventId/instances', user: '/events/:eventId/instances', needs: [], does: getInstances },
  changeInstance: { method: 'PUT', admin: '/user/events/:eventId/instances/:originalStartTs', user: '/events/:eventId/instances/:originalStartTs', needs: ['UpdateCalendarEvent'], does: occurrences.changeInstance },
  removeInstance: { method: 'DELETE', admin: '/user/events/:eventId/instances/:originalStartTs', user: '/events/:eventId/instances/:originalStartTs', needs: ['UpdateCalendarEvent'], does: occurrences.removeInstance },
  resetInstance: { method: 'POST', admin: '/user/events/:eventId/instances/:originalStartTs/reset', user: '/events/:eventId/instances/:originalStartTs/reset', needs: ['UpdateCalendarEvent'], does: occurrences.resetInstance },
  splitEvent: { method: 'POST', admin: '/user/events/:eventId/split', user: '/events/:eventId/split', needs: ['CreateCalendarEvent', 'UpdateCalendarEvent'], does: occurrences.splitEvent, status: 201 },
  getCalendarEvents: { method: 'GET', admin: '/user/calendar/:calendarId/events', user: '/calendar/:calendarId/events', needs: [], does: getCalendarEvents },
  getFreebusy: { method: 'GET', anyone: '/user/:userId/freebusy', owner: 'userId', opens: 'publicFreebusy', needs: [], does: getFreebusy },

  findSchedules: { method: 'GET', admin: '/schedule/meta', needs: [], does: schedules.findSchedules },
  listSchedules: { method: 'GET', admin: '/user/:userId/schedule', user: '/schedule', owner: 'userId', needs: [], does: schedules.listSchedules },
  createSchedule: { method: 'POST', admin: '/user/:userId/schedule', user: '/schedule', owner: 'userId', needs: ['CreateSchedule'], does: schedules.createSchedule, status: 201 },
  getSchedule: { method: 'GET', admin: '/user/schedule/:scheduleId', user: '/schedule/:scheduleId', needs: [], does: schedules.getSchedule },
  changeSchedule: { method: 'PUT', admin: '/user/schedule/:scheduleId', user: '/schedule/:scheduleId', needs: ['UpdateSchedule'], does: schedules.changeSchedule },
  removeSchedule: { method: 'DELETE', admin: '/user/schedule/:scheduleId', user: '/schedule/:scheduleId', needs: ['DeleteSchedule'], does: schedules.removeSchedule },

  listServices: { method: 'GET', admin: '/service', needs: [], does: services.listServices },
  createService: { method: 'POST', admin: '/service', needs: [], does: services.createService, status: 201 },
  findServices: { method: 'GET', admin: '/service/meta', needs: [], does: services.findServices },
  getService: { method: 'GET', admin: '/service/:serviceId', needs: [], does: services.getService },
  changeService: { method: 'PUT', admin: '/service/:serviceId', needs: [], does: services.changeService },
  removeService: { method: 'DELETE', admin: '/service/:serviceId', needs: [], does: services.removeService },
  addHost: { method: 'POST', admin: '/service/:serviceId/users', needs: [], does: hosts.addHost },
  changeHost: { method: 'PUT', admin: '/service/:serviceId/users/:userId', needs: [], does: hosts.changeHost },
  removeHost: { method: 'DELETE', admin: '/service/:serviceId/users/:userId', needs: [], does: hosts.removeHost },
  addBusyCalendar: { method: 'PUT', admin: '/service/:serviceId/users/:userId/busy', needs: [], does: hosts.addBusyCalendar },
  removeBusyCalendar: { method: 'DELETE', admin: '/service/:serviceId/users/:userId/busy', needs: [], does: hosts.removeBusyCalendar },

  getBookingSlots: { method: 'GET', anyone: '/service/:serviceId/booking', opens: 'publicBooking', needs: [], does: getBookingSlots },
  createBooking: { method: 'POST', both: '/service/:serviceId/booking', needs: ['CreateBooking'], does: bookings.createBooking, status: 201 },
  getBookingText: { method: 'GET', both: '/booking/:bookingId.ics', needs: [], does: getBookingText },
  getBooking: { method: 'GET', both: '/booking/:bookingId', needs: [], does: bookings.getBooking },
  changeBooking: { method: 'PUT', both: '/booking/:bookingId', needs: ['UpdateBooking'], does: bookings.changeBooking },
  cancelBooking: { method: 'DELETE', both: '/booking/:bookingId', needs: ['CancelBooking'], does: bookings.cancelBooking },
  getServiceBookings: { method: 'GET', admin: '/service/:serviceId/bookings', needs: [], does: bookingLists.getServiceBookings },
  getOwnBookings: { method: 'GET', user: '/me/bookings', needs: [], does: bookingLists.getOwnBookings },
} as const satisfies Record<string, Route>;

/** Compiles only while no path has an error. */
export const noRouteErrors: [RouteErrorsOf<typeof routes>] extends [never]
  ? true
  : RouteErrorsOf<typeof routes> = true;
