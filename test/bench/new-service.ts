/** Sends what an account sets up before it is measured: requests with its API key, and services to book. */
import type { Send, Wire } from './client.ts';
import type { Actor } from './fixture.ts';

const everyDay = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
  variant: { type: 'WDay', value },
  intervals: [{ start: { hours: 0, minutes: 0 }, end: { hours: 24, minutes: 0 } }],
}));

/** Sends a request with the account's API key. @throws Error where it fails. */
export async function sendAs(
  send: Send,
  { apiKey }: Actor,
  method: Wire['method'],
  path: string,
  body?: object,
): Promise<Record<string, { id: string }>> {
  const { status, text } = await send({
    method,
    path,
    headers: { 'x-api-key': apiKey },
    ...(body && { body }),
  });
  if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
  return JSON.parse(text);
}

/** A service whose only host is the actor, open at any time. */
export async function newService(
  send: Send,
  actor: Actor,
  busy: string[],
  multiPerson?: object,
): Promise<string> {
  const schedule = (await sendAs(send, actor, 'POST', `/user/${actor.user}/schedule`, {
    timezone: 'Europe/Oslo',
    rules: everyDay,
  })) as { schedule: { id: string } };
  const { service } = (await sendAs(send, actor, 'POST', '/service', {
    ...(multiPerson && { multiPerson }),
  })) as {
    service: { id: string };
  };
  await sendAs(send, actor, 'POST', `/service/${service.id}/users`, {
    userId: actor.user,
    availability: { variant: 'Schedule', id: schedule.schedule.id },
    bookingCalendarId: actor.calendar,
  });
  for (const id of busy) {
    await sendAs(send, actor, 'PUT', `/service/${service.id}/users/${actor.user}/busy`, {
      busy: { provider: 'Nettu', id },
    });
  }
  return service.id;
}
