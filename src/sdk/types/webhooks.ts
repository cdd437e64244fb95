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

/** A type of change to subscribe to, or `'*'` for all types. */
export type WebhookEvent = ChangeType | '*';

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

/** The body of a delivery to a webhook. */
export type Notification = ChangeNotification | RemindersNotification | PingNotification;

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
  type: ChangeType | 'reminders';
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

/** Why an endpoint is paused. */
export type PauseReason = 'gone' | 'failing';

/** The webhook, and how its endpoint is doing. */
export interface WebhookState {
  url: string;
  events: WebhookEvent[];
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
  /**
   * Since when the service delivers nothing, in milliseconds since the epoch; null: it does. Set the webhook again, with the
   * same URL or another one, and what is pending is delivered.
   */
  pausedAt: number | null;
  /** Why: it answered 410 (`gone`), or there was nothing but failures for three days (`failing`). */
  pausedBecause: PauseReason | null;
  /** The time of the next attempt of any delivery, in milliseconds since the epoch; null if none is pending. */
  nextAttempt: number | null;
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
