/** The client of an account's server, which has the API key; also the anonymous client, for the routes that an account opens. */
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
import { webhook, webhooks } from './resources/webhook.ts';

export interface NettuClientOptions extends Connection {
  /** The account's secret, `sk_…`. Never give it to a browser. */
  apiKey?: string | undefined;
  /** Lets a page use an API key, which everyone who opens it can read: only for pages of your own, or tests in a DOM. */
  allowApiKeyInBrowser?: boolean | undefined;
  /** The account's id. Without an API key, the client can read what the account makes public: free/busy and booking slots. */
  nettuAccount?: string | undefined;
}

// Spelled out, because an inferred type would lose the descriptions that editors show for the methods.
export interface NettuClient {
  account: ReturnType<typeof account> & {
    keys: ReturnType<typeof signingKeys>;
    apiKeys: ReturnType<typeof apiKeys>;
    webhook: ReturnType<typeof webhook>;
    webhooks: ReturnType<typeof webhooks>;
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
 * Creates a client that acts for an account. Without credentials it can create an account, and check the service's health.
 *
 * Every method resolves with an `Answer`, whatever the status. It rejects with a `NettuNetworkError` when there is no
 * answer, with the reason of an aborted signal, and with a `TypeError` for an invalid argument.
 *
 * @throws {TypeError} with an API key in a browser, unless `allowApiKeyInBrowser` is true.
 */
export function NettuClient(options: NettuClientOptions = {}): NettuClient {
  const { apiKey, nettuAccount } = options;
  if (apiKey && !options.allowApiKeyInBrowser && 'document' in globalThis)
    throw new TypeError(
      'Everyone who opens this page could read the API key. Use NettuUserClient, or set allowApiKeyInBrowser',
    );
  const credentials = apiKey ? { 'x-api-key': apiKey } : { 'nettu-account': nettuAccount };
  const send = sender(options, (attempt) => attempt(credentials));
  return {
    account: {
      ...account(send),
      keys: signingKeys(send),
      apiKeys: apiKeys(send),
      webhook: webhook(send),
      webhooks: webhooks(send),
    },
    user: accountUsers(send),
    calendar: accountCalendars(send),
    events: accountEvents(send),
    schedule: accountSchedules(send),
    service: services(send),
    booking: accountBookings(send),
    health: health(send),
  };
}
