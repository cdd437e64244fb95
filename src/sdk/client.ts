/** The client of a server, which holds the account's API key; and of anyone, for what an account makes public. */
import { type Connection, sender } from './request.ts';
import { account } from './resources/account.ts';
import { apiKeys } from './resources/api-keys.ts';
import { accountBookings } from './resources/booking.ts';
import { accountCalendars } from './resources/calendar.ts';
import { accountEvents } from './resources/events.ts';
import { health } from './resources/health.ts';
import { accountSchedules } from './resources/schedule.ts';
import { services } from './resources/service.ts';
import { signingKeys } from './resources/signing-keys.ts';
import { accountUsers } from './resources/user.ts';
import { webhook } from './resources/webhook.ts';

export interface NettuClientOptions extends Connection {
  /** The account's secret, `sk_…`. Never give it to a browser. */
  apiKey?: string | undefined;
  /** The account's id: without an API key, it opens what the account makes public, such as free/busy and booking slots. */
  nettuAccount?: string | undefined;
}

// Spelled out, because an inferred type would lose the descriptions that editors show for the methods.
export interface NettuClient {
  account: ReturnType<typeof account> & {
    keys: ReturnType<typeof signingKeys>;
    apiKeys: ReturnType<typeof apiKeys>;
    webhook: ReturnType<typeof webhook>;
  };
  user: ReturnType<typeof accountUsers>;
  calendar: ReturnType<typeof accountCalendars>;
  events: ReturnType<typeof accountEvents>;
  schedule: ReturnType<typeof accountSchedules>;
  service: ReturnType<typeof services>;
  booking: ReturnType<typeof accountBookings>;
  health: ReturnType<typeof health>;
}

/**
 * A client that acts for an account. Without any credentials it can open an account and check the service's health.
 *
 * Every method resolves with an `Answer`, whatever the status. It rejects with a `NettuNetworkError` when there is no
 * answer, with the reason of a signal that ended it, and with a `TypeError` for what cannot be asked.
 */
export function NettuClient(options: NettuClientOptions = {}): NettuClient {
  const { apiKey, nettuAccount } = options;
  const credentials = apiKey ? { 'x-api-key': apiKey } : { 'nettu-account': nettuAccount };
  const send = sender(options, (ask) => ask(credentials));
  return {
    account: { ...account(send), keys: signingKeys(send), apiKeys: apiKeys(send), webhook: webhook(send) },
    user: accountUsers(send),
    calendar: accountCalendars(send),
    events: accountEvents(send),
    schedule: accountSchedules(send),
    service: services(send),
    booking: accountBookings(send),
    health: health(send),
  };
}
