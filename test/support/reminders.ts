/** Shared by the tests of reminders: accounts with a calendar, events with reminders, and what the outbox has of them. */
import { env } from 'cloudflare:workers';
import type { Reminder } from '../../src/sdk/types.ts';
import { HOUR, type NotifiedAccount, notifiedAccount } from './webhooks.ts';

/** The clock of these tests starts here. */
export const NOW = Date.parse('2030-01-07T00:00:00Z');
export const TEN: Reminder[] = [{ delta: -10, identifier: 'ten before' }];
export const DAILY = { freq: 'daily', interval: 1 } as const;

export interface World {
  account: NotifiedAccount;
  userId: string;
  calendarId: string;
}

export async function world(timezone = 'UTC'): Promise<World> {
  const account = await notifiedAccount('ok', [], NOW);
  const user = await account.newUser();
  const path = `/user/${user.id}/calendar`;
  const { calendar } = (await account.call('POST', path, { body: { timezone } })).body;
  return { account, userId: user.id, calendarId: calendar.id };
}

/** Creates an event an hour after `NOW`, with a reminder ten minutes before, where the body says nothing else. */
export async function enter({ account, userId, calendarId }: World, body: object = {}): Promise<string> {
  const event = { calendarId, startTs: NOW + HOUR, duration: HOUR, reminders: TEN, ...body };
  const reply = await account.call('POST', `/user/${userId}/events`, { body: event, now: NOW });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return reply.body.event.id;
}

/** Stores events by SQL, each with these reminders. */
export const fill = ({ account, userId, calendarId }: World, count: number, reminders: readonly Reminder[]) =>
  env.DB.prepare(
    `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated, timezone)
     SELECT ?1, lower(hex(randomblob(16))), ?2, ?3, ?4, 1000, 1, ?4, ?5, '{}', ?6, ?6, 'UTC' FROM json_each(?7)`,
  )
    .bind(
      account.id,
      calendarId,
      userId,
      NOW + HOUR,
      JSON.stringify(reminders),
      NOW,
      JSON.stringify(new Array(count).fill(0)),
    )
    .run();

/** What the outbox has for the account. */
export async function outbox({
  account,
}: World): Promise<{ rows: number; bytes: number; references: number }> {
  const row = await env.DB.prepare(
    `SELECT count(*) AS "rows", coalesce(sum(octet_length(content)), 0) AS bytes,
       coalesce(sum(json_array_length(content)), 0) AS "references"
     FROM deliveries WHERE account_id = ?`,
  )
    .bind(account.id)
    .first<{ rows: number; bytes: number; references: number }>();
  return row ?? { rows: 0, bytes: 0, references: 0 };
}

/** The identifiers and starts of all reminders in the outbox, as they would be sent now. */
export async function written({ account }: World): Promise<[identifier: string, startTs: number][]> {
  const found: [string, number][] = [];
  for (const { id } of await account.deliveries()) {
    const { delivery } = (await account.call('GET', `/account/webhook/deliveries/${id}`)).body;
    for (const { identifier, instance } of JSON.parse(delivery.body).reminders) {
      found.push([identifier, instance.startTs]);
    }
  }
  return found;
}
