/**
 * The names of the types of the published SDK, `@nettu/sdk-scheduler`, so that code that imports them compiles. Use the
 * names that they stand for in code of your own.
 */
import type { NettuClient } from './client.ts';
import type { Availability, ClockTime, Instance, Recurrence, ScheduleRule, ServiceUser } from './types.ts';
import type { NettuUserClient } from './user-client.ts';

export type INettuClient = NettuClient;
export type INettuUserClient = NettuUserClient;
export type RRuleOptions = Recurrence;
export type CalendarEventInstance = Instance;
export type ScheduleRuleInterval = ScheduleRule['intervals'][number];
export type Time = ClockTime;
export type TimePlan = Availability;
export type UserServiceResource = ServiceUser;

/** The calendars of other providers. The service does not connect to them yet: these names only compile. */
export type IntegrationProvider = 'google' | 'outlook';
export type GoogleCalendarAccessRole = 'owner' | 'writer' | 'reader' | 'freeBusyReader';
export type OutlookCalendarAccessRole = 'writer' | 'reader';

export interface GoogleCalendarListEntry {
  id: string;
  access_role: GoogleCalendarAccessRole;
  summary: string;
  summaryOverride?: string | undefined;
  description?: string | undefined;
  location?: string | undefined;
  timeZone?: string | undefined;
  colorId?: string | undefined;
  backgroundColor?: string | undefined;
  foregroundColor?: string | undefined;
  hidden?: boolean | undefined;
  selected?: boolean | undefined;
  primary?: boolean | undefined;
  deleted?: boolean | undefined;
}

export interface OutlookCalendar {
  id: string;
  name: string;
  color: string;
  changeKey: string;
  canShare: boolean;
  canViewPrivateItems: boolean;
  hexColor: string;
  canEdit: boolean;
}
