/** The client of a user's browser, which has a token. */
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
   * The user's JWT, or a function that returns one. The client calls the function before the first request, shortly before
   * the token expires, and when the service refuses the token. If the function fails, the request fails.
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
 * Creates a client that acts for one user, within the policy of the token.
 *
 * Every method resolves with an `Answer`, whatever the status. It rejects with a `NettuNetworkError` when there is no
 * answer, with the error of the token function, with the reason of an aborted signal, and with a `TypeError` for an
 * invalid argument.
 *
 * @throws {TypeError} without a token or an account.
 */
export function NettuUserClient(options: NettuUserClientOptions): NettuUserClient {
  const { token, nettuAccount } = options;
  if (typeof token !== 'string' && typeof token !== 'function')
    throw new TypeError('NettuUserClient needs a token: a JWT, or a function that returns one');
  if (!nettuAccount)
    throw new TypeError('NettuUserClient needs nettuAccount: the id of the account that signs its tokens');

  const tokens = tokenSource(token);
  const send = sender(options, async (attempt) => {
    const attemptWith = (jwt: string) =>
      attempt({ 'nettu-account': nettuAccount, authorization: jwt && `Bearer ${jwt}` });
    const first = await tokens.get();
    const answer = await attemptWith(first);
    // A refused request changed nothing, so it is safe to send it again. `policy-denied` is about the request, not the token.
    const refused = answer.status === 401 && answer.error?.code !== 'policy-denied';
    if (!refused || !tokens.drop(first)) return answer;
    const next = await tokens.get();
    return next === first ? answer : attemptWith(next);
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
