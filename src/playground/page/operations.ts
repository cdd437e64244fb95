/**
 * What a token may be tried with: one request for each permission, none of which changes anything. Who is let in is
 * told of a body that is empty (400) or of an id that nobody has (404): the policy decides before either is looked at.
 */
import { type NamedPermission, Permissions } from '@nettu/scheduler-sdk';

export interface Operation {
  needs: NamedPermission | null;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
}

const NOBODYS = '00000000-0000-4000-8000-000000000000';
const one = (needs: NamedPermission, method: Operation['method'], path: string): Operation => ({
  needs,
  method,
  path,
});

export const operations: Operation[] = [
  { needs: null, method: 'GET', path: '/me' },
  one(Permissions.CreateCalendar, 'POST', '/calendar'),
  one(Permissions.UpdateCalendar, 'PUT', `/calendar/${NOBODYS}`),
  one(Permissions.DeleteCalendar, 'DELETE', `/calendar/${NOBODYS}`),
  one(Permissions.CreateCalendarEvent, 'POST', '/events'),
  one(Permissions.UpdateCalendarEvent, 'PUT', `/events/${NOBODYS}`),
  one(Permissions.DeleteCalendarEvent, 'DELETE', `/events/${NOBODYS}`),
  one(Permissions.CreateSchedule, 'POST', '/schedule'),
  one(Permissions.UpdateSchedule, 'PUT', `/schedule/${NOBODYS}`),
  one(Permissions.DeleteSchedule, 'DELETE', `/schedule/${NOBODYS}`),
  one(Permissions.CreateBooking, 'POST', `/service/${NOBODYS}/booking`),
  one(Permissions.UpdateBooking, 'PUT', `/booking/${NOBODYS}`),
  one(Permissions.CancelBooking, 'DELETE', `/booking/${NOBODYS}`),
];

export interface Outcome {
  letIn: boolean;
  status: number;
  code: string;
  detail: string;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Tries a token with one operation. The same headers and bodies as the SDK's. */
export async function attempt(
  { method, path }: Operation,
  { baseUrl, account, token, fetch }: { baseUrl: string; account: string; token: string; fetch: Fetch },
): Promise<Outcome> {
  const headers: Record<string, string> = { 'nettu-account': account, authorization: `Bearer ${token}` };
  const body = method === 'POST' || method === 'PUT' ? '{}' : undefined;
  if (body) headers['content-type'] = 'application/json';
  const response = await fetch(baseUrl + path, { method, headers, ...(body && { body }) });
  const { code = '', detail = '' } = (await response.json()) as { code?: string; detail?: string };
  return { letIn: response.status !== 401, status: response.status, code, detail };
}
