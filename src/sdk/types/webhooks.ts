/** The notifications to a webhook, and their deliveries. */
import type { Calendar, CalendarEvent, Occurrence, Page, User } from './resources.ts';
import type { Booking, Schedule, Service } from './scheduling.ts';

/** The resources whose changes a webhook can subscribe to, by the first word in the type of a notification. */
interface ChangedResources {
  user: User;
  calendar: Calendar;
  event: CalendarEvent;
  schedule: Schedule;
  /** Hosts are part of their service: to add, change or remove a host updates the service. */
  service: Service;
  booking: Booking;
}

/** A resource whose changes a webhook can subscribe to. */
export type ChangedResource = keyof ChangedResources;

/**
 * `booking.created` comes with `booking.held` or `booking.confirmed`, whichever the booking begins as. A held booking that is
 * confirmed later is `booking.confirmed` alone; `booking.updated` is a change of the metadata, or of the hosts.
 */
type Change<Name extends keyof ChangedResources> = Name extends 'booking'
  ? `${Name}.${'created' | 'held' | 'confirmed' | 'moved' | 'updated' | 'cancelled'}`
  : `${Name}.${'created' | 'updated' | 'deleted'}`;

/** A type of change that a webhook can subscribe to. */
export type ChangeType = { [Name in keyof ChangedResources]: Change<Name> }[keyof ChangedResources];

/** A type of change to subscribe to, `'endpoint.paused'` for the pauses of the account's other webhooks, or `'*'` for all. */
export type WebhookEvent = ChangeType | 'endpoint.paused' | '*';

/** A change, with the resource after the change, or before its deletion. */
export type ChangeNotification = {
  [Name in keyof ChangedResources]: {
    type: Change<Name>;
    /** When the change took place, in milliseconds since the epoch. */
    timestamp: number;
    /** The resource's version: of two notifications of a resource, the one with the higher version is newer. */
    version: number;
    data: Record<Name, ChangedResources[Name]>;
    /** Of an update, the members that it changed, as they were before. A change of a service's hosts changes none. */
    previous?: Partial<ChangedResources[Name]>;
  };
}[keyof ChangedResources];

/** Reminders that are due, at most 100. */
export interface RemindersNotification {
  type: 'reminders';
  /** When the service made the notification, in milliseconds since the epoch. */
  timestamp: number;
  reminders: { event: CalendarEvent; identifier: string; instance: Occurrence }[];
}

/** The notification that `account.webhook.test` sends. */
export interface PingNotification {
  type: 'ping';
  /** When the service made the notification, in milliseconds since the epoch. */
  timestamp: number;
  data: Record<never, never>;
}

/** The service has paused a webhook. It tells the account's other ones. */
export interface EndpointPausedNotification {
  type: 'endpoint.paused';
  /** When the service made the notification, in milliseconds since the epoch. */
  timestamp: number;
  data: {
    endpoint: {
      /** The id of the webhook that is paused. */
      id: string;
      url: string;
      reason: Exclude<PauseReason, 'requested'>;
      /** Since when, in milliseconds since the epoch. */
      pausedAt: number;
    };
  };
}

/** The body of a delivery to a webhook. */
export type Notification =
  | ChangeNotification
  | RemindersNotification
  | EndpointPausedNotification
  | PingNotification;

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/**
 * Why an attempt failed, as far as the service can tell: the endpoint answered with another `status` than 2xx, did not answer
 * in time, its name has no address (`dns`), it `refused` the connection, `tls` failed, the connection was lost (`reset`), its
 * `address` is private, or the notification is `unsendable`.
 */
export type DeliveryCause =
  | 'status'
  | 'timeout'
  | 'dns'
  | 'refused'
  | 'tls'
  | 'reset'
  | 'address'
  | 'unsendable';

/** An attempt to deliver a notification. */
export interface DeliveryAttempt {
  /** When it began, in milliseconds since the epoch. */
  at: number;
  /** The HTTP status; null if the webhook did not respond. */
  status: number | null;
  /** How long it took, in milliseconds. */
  ms: number;
  /** Why it failed; null if it did not. */
  cause: DeliveryCause | null;
}

/** A notification, and the attempts to deliver it. */
export interface Delivery {
  /** The service sends it with each attempt, in the header `webhook-id`. */
  id: string;
  /** The webhook that gets it. */
  webhookId: string;
  type: ChangeType | 'reminders' | 'endpoint.paused';
  state: DeliveryState;
  /** The number of attempts so far. */
  attempts: number;
  /** The HTTP status that the webhook responded with in the last attempt; null if it did not respond. */
  lastStatus: number | null;
  /** Why the last attempt failed; null if it did not fail. */
  lastError: string | null;
  /** The time of the next attempt, in milliseconds since the epoch; null if there is none. */
  nextAttempt: number | null;
  /** The time of creation, in milliseconds since the epoch. */
  created: number;
}

export interface SetWebhook {
  /** An absolute http or https URL with a public address. */
  webhookUrl: string;
  /** The changes to subscribe to. Default: the current ones; none for a new webhook. Reminders are always sent. */
  events?: WebhookEvent[] | undefined;
}

/** An event whose reminders the service could not compute. It tries again, each time later. */
export interface FailingEvent {
  eventId: string;
  error: string;
  /** How often in a row it failed. */
  failures: number;
  /** The time of the next try, in milliseconds since the epoch. */
  nextAttempt: number;
}

/** Why an endpoint is paused: it answered 410, there was nothing but failures for three days, or the account requested it. */
export type PauseReason = 'gone' | 'failing' | 'requested';

/** How the endpoint of a webhook is doing. */
interface EndpointHealth {
  /**
   * Since when the endpoint has failed or has not answered soon, in milliseconds since the epoch; null: it is well. Meanwhile
   * the service delivers to it in a queue with other slow endpoints.
   */
  slowSince: number | null;
  /** The HTTP status that the endpoint responded with in the last attempt; null if it did not respond. */
  lastStatus: number | null;
  /** Why the last attempt failed; null if it did not fail. */
  lastError: string | null;
  /** Since when each attempt has failed, in milliseconds since the epoch; null: the latest one did not. */
  failingSince: number | null;
  /** Since when the service delivers nothing, in milliseconds since the epoch; null: it does. What is pending waits. */
  pausedAt: number | null;
  /** Why: it answered 410 (`gone`), there was nothing but failures for three days (`failing`), or the account `requested` it. */
  pausedBecause: PauseReason | null;
  /** The time of the next attempt of any delivery, in milliseconds since the epoch; null if none is pending. */
  nextAttempt: number | null;
}

/** One of the account's webhooks, and how its endpoint is doing. */
export interface WebhookEndpoint extends EndpointHealth {
  id: string;
  url: string;
  /** The changes that it receives, beside the reminders. */
  events: WebhookEvent[];
  description: string | null;
  /** The headers that each request to it has besides, with their names in lower case. */
  headers: Record<string, string>;
  /** The service sends it with each delivery, in the header `nettu-scheduler-webhook-key`. */
  key: string;
  /** The secret that signs deliveries, `whsec_…`. Pass it to `verifyWebhook`. */
  secret: string;
  /** Whether the service delivers nothing to it. */
  paused: boolean;
}

/** The members to change. `events` and `headers` replace the former ones. */
export interface UpdateWebhookEndpoint {
  /** An absolute http or https URL with a public address. */
  url?: string | undefined;
  /** The changes to subscribe to; of a new webhook, none by default. Reminders are always sent. */
  events?: WebhookEvent[] | undefined;
  /** Words of your own, at most 255 characters. */
  description?: string | undefined;
  /** Headers that each request has besides, at most 10, such as `authorization`. None that the service sets itself. */
  headers?: Record<string, string> | undefined;
  /** true: the service delivers nothing, and what is pending waits; false ends any pause, and it is delivered. */
  paused?: boolean | undefined;
}

export interface CreateWebhookEndpoint extends UpdateWebhookEndpoint {
  url: string;
}

export interface WebhookEndpointResult {
  webhook: WebhookEndpoint;
}

export interface WebhookEndpointsResult {
  /** The first is the one of `/account/webhook`, if that is set; then in the order of creation. */
  webhooks: WebhookEndpoint[];
}

/** The webhook, and how its endpoint is doing. Set it again, with the same URL or another one, to end a pause. */
export interface WebhookState extends EndpointHealth {
  id: string;
  url: string;
  events: WebhookEvent[];
  /** How many notifications are pending, by an estimate: one in sixteen is counted, as sixteen. */
  pending: number;
  /** What they take in bytes, by the same estimate. */
  pendingBytes: number;
  /** How many notifications were dropped, since the webhook was first set, because too many were pending. */
  dropped: number;
  /** The minute in which the last one was, in milliseconds since the epoch; null: none ever was. */
  droppedAt: number | null;
  /** The events whose reminders fail, at most 10. */
  failingEvents: FailingEvent[];
}

export interface WebhookResult {
  webhook: WebhookState;
}

export interface DeliveriesQuery {
  /** Returns only deliveries to this webhook. */
  webhookId?: string | undefined;
  /** Returns only deliveries in this state. */
  state?: DeliveryState | undefined;
  /** The `nextCursor` of the previous page. */
  cursor?: string | undefined;
  /** The most deliveries in a page, 1 … 100. Default: 20. */
  limit?: number | undefined;
}

/** A page of deliveries, newest first. */
export interface DeliveriesPage extends Page {
  deliveries: Delivery[];
}

export interface DeliveryResult {
  /** The delivery, with every attempt, the first one first, and the text of its body. */
  delivery: Delivery & { history: DeliveryAttempt[]; body: string };
}

/** The result of a `ping`. */
export interface WebhookTestResult {
  /** Whether the webhook responded with 2xx in time. */
  delivered: boolean;
  /** The HTTP status; null if the webhook did not respond. */
  status: number | null;
  /** Why the delivery failed; null if it succeeded. */
  error: string | null;
  /** The kind of the error. */
  cause: DeliveryCause | null;
}
