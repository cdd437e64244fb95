/**
 * The whole surface, row for row as in the contract. An operation is written once; its admin path takes the
 * account's API key and names whose it is, its user path takes a token and means the caller's own. `needs` is what
 * the token's policy must allow. A path that a later row would also fit stands first.
 */

import type { Row } from './operation.ts';
import * as accounts from './resources/accounts/operations.ts';
import * as apiKeys from './resources/api-keys/operations.ts';
import * as calendars from './resources/calendars/operations.ts';
import { getCalendarEvents, getFreebusy, getInstances } from './resources/events/instances.ts';
import * as events from './resources/events/operations.ts';
import { inspectToken } from './resources/signing-keys/inspect.ts';
import * as keys from './resources/signing-keys/operations.ts';
import * as users from './resources/users/operations.ts';

// biome-ignore format: a table is read down its columns
export const routes = [
  { method: 'GET', public: '/', needs: [], does: accounts.checkHealth },

  { method: 'POST', public: '/account', needs: [], does: accounts.createAccount, status: 201 },
  { method: 'GET', admin: '/account', needs: [], does: accounts.getAccount },
  { method: 'PUT', admin: '/account/pubkey', needs: [], does: accounts.setPublicKey },
  { method: 'PUT', admin: '/account/settings', needs: [], does: accounts.changeSettings },
  { method: 'PUT', admin: '/account/webhook', needs: [], does: accounts.setWebhook },
  { method: 'DELETE', admin: '/account/webhook', needs: [], does: accounts.deleteWebhook },

  { method: 'GET', admin: '/account/keys', needs: [], does: keys.listKeys },
  { method: 'POST', admin: '/account/keys', needs: [], does: keys.addKey, status: 201 },
  { method: 'POST', admin: '/account/keys/inspect', needs: [], does: inspectToken },
  { method: 'PUT', admin: '/account/keys/:kid', needs: [], does: keys.setKeyState },
  { method: 'DELETE', admin: '/account/keys/:kid', needs: [], does: keys.removeKey },
  { method: 'GET', admin: '/account/api-keys', needs: [], does: apiKeys.listApiKeys },
  { method: 'POST', admin: '/account/api-keys', needs: [], does: apiKeys.addApiKey, status: 201 },
  { method: 'DELETE', admin: '/account/api-keys/:apiKeyId', needs: [], does: apiKeys.removeApiKey },

  { method: 'POST', admin: '/user', needs: [], does: users.createUser, status: 201 },
  { method: 'GET', admin: '/user/meta', needs: [], does: users.findUsers },
  { method: 'GET', admin: '/user/:userId', user: '/me', needs: [], does: users.getUser },
  { method: 'PUT', admin: '/user/:userId', needs: [], does: users.changeUser },
  { method: 'PUT', admin: '/user/:userId/tokens', needs: [], does: users.revokeTokens },
  { method: 'DELETE', admin: '/user/:userId', needs: [], does: users.removeUser },

  { method: 'GET', admin: '/calendar/meta', needs: [], does: calendars.findCalendars },
  { method: 'POST', admin: '/user/:userId/calendar', user: '/calendar', needs: ['CreateCalendar'], does: calendars.createCalendar, status: 201 },
  { method: 'GET', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: [], does: calendars.getCalendar },
  { method: 'PUT', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: ['UpdateCalendar'], does: calendars.changeCalendar },
  { method: 'DELETE', admin: '/user/calendar/:calendarId', user: '/calendar/:calendarId', needs: ['DeleteCalendar'], does: calendars.removeCalendar },

  { method: 'GET', admin: '/events/meta', needs: [], does: events.findEvents },
  { method: 'POST', admin: '/user/:userId/events', user: '/events', needs: ['CreateCalendarEvent'], does: events.createEvent, status: 201 },
  { method: 'GET', admin: '/user/events/:eventId', user: '/events/:eventId', needs: [], does: events.getEvent },
  { method: 'PUT', admin: '/user/events/:eventId', user: '/events/:eventId', needs: ['UpdateCalendarEvent'], does: events.changeEvent },
  { method: 'DELETE', admin: '/user/events/:eventId', user: '/events/:eventId', needs: ['DeleteCalendarEvent'], does: events.removeEvent },
  { method: 'GET', admin: '/user/events/:eventId/instances', user: '/events/:eventId/instances', needs: [], does: getInstances },
  { method: 'GET', admin: '/user/calendar/:calendarId/events', user: '/calendar/:calendarId/events', needs: [], does: getCalendarEvents },
  { method: 'GET', anyone: '/user/:userId/freebusy', needs: [], does: getFreebusy },
] as const satisfies readonly Row[];
