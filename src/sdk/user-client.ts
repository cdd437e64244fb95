/** The client of a browser, which holds a user's token. */
import { type Connection, sender } from './request.ts';
import { userBookings } from './resources/booking.ts';
import { userCalendars } from './resources/calendar.ts';
import { userEvents } from './resources/events.ts';
import { userSchedules } from './resources/schedule.ts';
import { bookingSlots } from './resources/service.ts';
import { ownUser } from './resources/user.ts';
import { type Token, tokenSource } from './token.ts';

export interface NettuUserClientOptions extends Connection {
  /**
   * The user's JWT, or a function that gets one. The function is called before the first request, again when the
   * token runs out, and once more when the service says that it has. When it fails, so does the request.
   */
  token: Token;
  /** The id of the account that signed the token. */
  nettuAccount: string;
}

// Spelled out, because an inferred type would lose the descriptions that editors show for the methods.
export interface NettuUserClient {
  user: ReturnType<typeof ownUser>;
  calendar: ReturnType<typeof userCalendars>;
  events: ReturnType<typeof userEvents>;
  schedule: ReturnType<typeof userSchedules>;
  service: ReturnType<typeof bookingSlots>;
  booking: ReturnType<typeof userBookings>;
}

/**
 * A client that acts for one user, within the policy of the token.
 *
 * Every method resolves with an `Answer`, whatever the status. It rejects with a `NettuNetworkError` when there is no
 * answer, with what the token function threw, with the reason of a signal that ended it, and with a `TypeError` for
 * what cannot be asked.
 *
 * @throws {TypeError} without a token or an account.
 */
export function NettuUserClient(options: NettuUserClientOptions): NettuUserClient {
  const { token, nettuAccount } = options;
  if (typeof token !== 'string' && typeof token !== 'function')
    throw new TypeError('NettuUserClient needs a token: a JWT, or a function that gets one');
  if (!nettuAccount)
    throw new TypeError('NettuUserClient needs nettuAccount: the id of the account that signs its tokens');

  const tokens = tokenSource(token);
  const send = sender(options, async (ask) => {
    const askWith = (jwt: string) =>
      ask({ 'nettu-account': nettuAccount, authorization: jwt && `Bearer ${jwt}` });
    const first = await tokens.get();
    const answer = await askWith(first);
    // A refused request changed nothing, so that it is safe to send it again.
    const retry = answer.error?.code === 'token-expired' && tokens.forget(first);
    return retry ? askWith(await tokens.get()) : answer;
  });

  return {
    user: ownUser(send),
    calendar: userCalendars(send),
    events: userEvents(send),
    schedule: userSchedules(send),
    service: bookingSlots(send),
    booking: userBookings(send),
  };
}
