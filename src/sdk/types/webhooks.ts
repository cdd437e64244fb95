/** What the service tells an account's webhook, and what it says of its deliveries. */
import type { Calendar, CalendarEvent, Timespan, User } from './resources.ts';
import type { Page } from './results.ts';
import type { Booking, Schedule, Service } from './scheduling.ts';

/** The resources whose changes a webhook can be notified of, by the first word in the type of a notification. */
interface ChangedResources {
  user: User;
  calendar: Calendar;
  event: CalendarEvent;
  schedule: Schedule;
  /** Its hosts are part of it: to add, change or remove one updates it. */
  service: Service;
  booking: Booking;
}

/** A resource whose changes a webhook can be notified of. */
export type ChangedResource = keyof ChangedResources;

type Change<Name extends keyof ChangedResources> = Name extends 'booking'
  ? `${Name}.${'created' | 'updated' | 'cancelled'}`
  : `${Name}.${'created' | 'updated' | 'deleted'}`;

/** A type of change that a webhook can ask for. */
export type ChangeType = { [Name in keyof ChangedResources]: Change<Name> }[keyof ChangedResources];

/** `'*'`: all of them. */
export type WebhookEvent = ChangeType | '*';

/** A change: what it was made of, as it is after that; what was deleted, as it was before. */
export type ChangeNotification = {
  [Name in keyof ChangedResources]: {
    type: Change<Name>;
    /** When it took place. */
    timestamp: number;
    data: Record<Name, ChangedResources[Name]>;
  };
}[keyof ChangedResources];

/** Reminders that are due: at most 100. */
export interface RemindersNotification {
  type: 'reminders';
  timestamp: number;
  reminders: { event: CalendarEvent; identifier: string; instance: Timespan }[];
}

/** What `account.webhook.test` sends. */
export interface PingNotification {
  type: 'ping';
  timestamp: number;
  data: Record<never, never>;
}

/** The body of what is sent to a webhook. */
export type Notification = ChangeNotification | RemindersNotification | PingNotification;

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** What became of a notification. */
export interface Delivery {
  /** Sent as `webhook-id`, the same in each attempt. */
  id: string;
  type: ChangeType | 'reminders';
  state: DeliveryState;
  attempts: number;
  /** The status of the last attempt; null when none was made, or had no answer. */
  lastStatus: number | null;
  /** Why the last attempt failed; null when none has, or it was delivered. */
  lastError: string | null;
  /** When it is tried next; null when it is not. */
  nextAttempt: number | null;
  created: number;
}

export interface SetWebhook {
  /** An absolute http(s) URL of a public address. */
  webhookUrl: string;
  /** The changes to be told of; absent keeps them, and at first there are none. Reminders are always sent. */
  events?: WebhookEvent[] | undefined;
}

export interface DeliveriesQuery {
  state?: DeliveryState | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** 1 … 100, by default 20. */
  limit?: number | undefined;
}

/** The newest first. */
export interface DeliveriesPage extends Page {
  deliveries: Delivery[];
}

export interface DeliveryResult {
  /** With the body that is sent, as text. */
  delivery: Delivery & { body: string };
}

/** What came back of a `ping`. */
export interface WebhookTestResult {
  /** Whether it was answered with 2xx, in time. */
  delivered: boolean;
  /** null: there was no answer. */
  status: number | null;
  error: string | null;
}
