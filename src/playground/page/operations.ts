/**
 * The requests that test a token: one for each permission, and none of them changes anything. The Worker decides on the
 * permission first. It then refuses the empty body (400) or the unknown id (404) of a request that the token permits.
 */
import { type NamedPermission, Permissions } from '@nettu/scheduler-sdk';

export interface Operation {
  needs: NamedPermission | null;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
}

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const operation = (needs: NamedPermission, method: Operation['method'], path: string): Operation => ({
  needs,
  method,
  path,
});

export const operations: Operation[] = [
  { needs: null, method: 'GET', path: '/me' },
  operation(Permissions.CreateCalendar, 'POST', '/calendar'),
  operation(Permissions.UpdateCalendar, 'PUT', `/calendar/${UNKNOWN_ID}`),
  operation(Permissions.DeleteCalendar, 'DELETE', `/calendar/${UNKNOWN_ID}`),
  operation(Permissions.CreateCalendarEvent, 'POST', '/events'),
  operation(Permissions.UpdateCalendarEvent, 'PUT', `/events/${UNKNOWN_ID}`),
  operation(Permissions.DeleteCalendarEvent, 'DELETE', `/events/${UNKNOWN_ID}`),
  operation(Permissions.CreateSchedule, 'POST', '/schedule'),
  operation(Permissions.UpdateSchedule, 'PUT', `/schedule/${UNKNOWN_ID}`),
  operation(Permissions.DeleteSchedule, 'DELETE', `/schedule/${UNKNOWN_ID}`),
  operation(Permissions.CreateBooking, 'POST', `/service/${UNKNOWN_ID}/booking`),
  operation(Permissions.UpdateBooking, 'PUT', `/booking/${UNKNOWN_ID}`),
  operation(Permissions.CancelBooking, 'DELETE', `/booking/${UNKNOWN_ID}`),
];

export interface Outcome {
  permitted: boolean;
  status: number;
  code: string;
  detail: string;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends the request of one operation with the token, as the SDK does. */
export async function attempt(
  { method, path }: Operation,
  { baseUrl, account, token, fetch }: { baseUrl: string; account: string; token: string; fetch: Fetch },
): Promise<Outcome> {
  const headers: Record<string, string> = { 'nettu-account': account, authorization: `Bearer ${token}` };
  const body = method === 'POST' || method === 'PUT' ? '{}' : undefined;
  if (body) headers['content-type'] = 'application/json';
  const response = await fetch(baseUrl + path, { method, headers, ...(body && { body }) });
  const { code = '', detail = '' } = (await response.json()) as { code?: string; detail?: string };
  return { permitted: response.status !== 401, status: response.status, code, detail };
}
