/** The notifications to a webhook, and their deliveries. */
import type { Calendar, CalendarEvent, Page, Timespan, User } from './resources.ts';
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

type Change<Name extends keyof ChangedResources> = Name extends 'booking'
  ? `${Name}.${'created' | 'updated' | 'cancelled'}`
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
    data: Record<Name, ChangedResources[Name]>;
  };
}[keyof ChangedResources];

/** Reminders that are due, at most 100. */
export interface RemindersNotification {
  type: 'reminders';
  /** When the service made the notification, in milliseconds since the epoch. */
  timestamp: number;
  reminders: { event: CalendarEvent; identifier: string; instance: Timespan }[];
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
  /** The delivery, with the text of its body. */
  delivery: Delivery & { body: string };
}

/** The result of a `ping`. */
export interface WebhookTestResult {
  /** Whether the webhook responded with 2xx in time. */
  delivered: boolean;
  /** The HTTP status; null if the webhook did not respond. */
  status: number | null;
  /** Why the delivery failed; null if it succeeded. */
  error: string | null;
}
