/** The most work that one request may cause, however many events are in its window. */
import type { SizeLimit } from '../../db/sizes.ts';
import {
  BUSY_EVENT_JSON_MAX_BYTES,
  BUSY_INSTANCES_MAX,
  BUSY_WORK_MAX_MS,
  CALENDAR_TEXT_EVENTS_MAX,
  EVENT_JSON_MAX_BYTES,
  EVENTS_READ_MAX,
  EVENTS_WORK_MAX_MS,
  INSTANCES_MAX,
  TEXT_EVENT_JSON_MAX_BYTES,
  TEXT_WORK_MAX_MS,
} from '../../limits.ts';

const NS_PER_MS = 1_000_000;

/** The events that the database may read: their rows, and the bytes of the JSON columns that it selects. */
export interface Limits extends SizeLimit {
  /** By the prices of `time/budget.ts`. */
  workNs: number;
  instances: number;
}

/** For the calendar's owner and the account. */
export const ofOwner: Limits = {
  rows: EVENTS_READ_MAX,
  bytesPerRow: EVENT_JSON_MAX_BYTES,
  workNs: EVENTS_WORK_MAX_MS * NS_PER_MS,
  instances: INSTANCES_MAX,
};

/** For the iCalendar text of a calendar. */
export const ofText: Limits = {
  rows: CALENDAR_TEXT_EVENTS_MAX,
  bytesPerRow: TEXT_EVENT_JSON_MAX_BYTES,
  workNs: TEXT_WORK_MAX_MS * NS_PER_MS,
  instances: 0,
};

/** For free/busy, which can be public. */
export const ofAnyone: Limits = {
  rows: EVENTS_READ_MAX,
  bytesPerRow: BUSY_EVENT_JSON_MAX_BYTES,
  workNs: BUSY_WORK_MAX_MS * NS_PER_MS,
  instances: BUSY_INSTANCES_MAX,
};

/** The cost of decoding a row and its JSON, in nanoseconds. */
export const ROW_PRICE_NS = 4_000;

/** The JSON of an instance without its name, so that an answer from before it had one still fits. */
export const INSTANCE_BYTES = 61;
