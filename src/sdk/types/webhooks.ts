/** The notifications to a webhook, and their deliveries. */
import type { Calendar, CalendarEvent, Page, Timespan, User } from './resources.ts';
import type { Booking, Schedule, Service } from './scheduling.ts';

/** The resources whose changes a webhook can be notified of, by the first word in the type of a notification. */
interface ChangedResources {
  user: User;
  calendar: Calendar;
  event: CalendarEvent;
  schedule: Schedule;
  /** Hosts are part of their service: adding, changing or removing a host updates it. */
  service: Service;
  booking: Booking;
}

/** A resource whose changes a webhook can be notified of. */
export type ChangedResource = keyof ChangedResources;

type Change<Name extends keyof ChangedResources> = Name extends 'booking'
  ? `${Name}.${'created' | 'updated' | 'cancelled'}`
  : `${Name}.${'created' | 'updated' | 'deleted'}`;

/** A type of change that a webhook can subscribe to. */
export type ChangeType = { [Name in keyof ChangedResources]: Change<Name> }[keyof ChangedResources];

/** `'*'` subscribes to all types. */
export type WebhookEvent = ChangeType | '*';

/** A change, with the resource as it is afterwards, or as it was before its deletion. */
export type ChangeNotification = {
  [Name in keyof ChangedResources]: {
    type: Change<Name>;
    /** When the change took place, in milliseconds since the epoch. */
    timestamp: number;
    data: Record<Name, ChangedResources[Name]>;
  };
}[keyof ChangedResources];

/** Due reminders, at most 100. */
export interface RemindersNotification {
  type: 'reminders';
  timestamp: number;
  reminders: { event: CalendarEvent; identifier: string; instance: Timespan }[];
}

/** The notification that `account.webhook.test` sends. */
export interface PingNotification {
  type: 'ping';
  timestamp: number;
  data: Record<never, never>;
}

/** The body of a delivery to a webhook. */
export type Notification = ChangeNotification | RemindersNotification | PingNotification;

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A notification, and the attempts to deliver it. */
export interface Delivery {
  /** Each attempt carries it in the header `webhook-id`. */
  id: string;
  type: ChangeType | 'reminders';
  state: DeliveryState;
  attempts: number;
  /** The HTTP status of the last attempt; null where there was no attempt or no answer. */
  lastStatus: number | null;
  /** Why the last attempt failed; null where none failed or the delivery succeeded. */
  lastError: string | null;
  /** The time of the next attempt, in milliseconds since the epoch; null where there is none. */
  nextAttempt: number | null;
  /** Milliseconds since the epoch. */
  created: number;
}

export interface SetWebhook {
  /** An absolute http(s) URL of a public address. */
  webhookUrl: string;
  /** The changes to subscribe to. Absent: as before, at first none. Reminders always come. */
  events?: WebhookEvent[] | undefined;
}

export interface DeliveriesQuery {
  state?: DeliveryState | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** 1 … 100. Default: 20. */
  limit?: number | undefined;
}

/** Newest first. */
export interface DeliveriesPage extends Page {
  deliveries: Delivery[];
}

export interface DeliveryResult {
  /** With the text of the body. */
  delivery: Delivery & { body: string };
}

/** The result of a `ping`. */
export interface WebhookTestResult {
  /** Whether the webhook answered 2xx in time. */
  delivered: boolean;
  /** The HTTP status; null where there was no answer. */
  status: number | null;
  error: string | null;
}
