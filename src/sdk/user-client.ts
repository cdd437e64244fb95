/** The client of a browser, which holds a user's token. */
import type { Answer } from './answer.ts';
import { type Connection, request, type Send } from './request.ts';
import { userCalendars } from './resources/calendar.ts';
import { userEvents } from './resources/events.ts';
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
}

/**
 * A client that acts for one user, within the policy of the token.
 *
 * Every method resolves with an `Answer`, whatever the status, and rejects with a `NettuNetworkError` when there is
 * no answer.
 */
export function NettuUserClient(options: NettuUserClientOptions): NettuUserClient {
  const tokens = tokenSource(options.token);

  const send: Send = async <T>(...call: Parameters<Send>): Promise<Answer<T>> => {
    const sendWith = (token: string) =>
      request<T>(
        options,
        { 'nettu-account': options.nettuAccount, authorization: token && `Bearer ${token}` },
        ...call,
      );
    const token = await tokens.get();
    const answer = await sendWith(token);
    // A refused request changed nothing, so that it is safe to send it again.
    const retry = answer.error?.code === 'token-expired' && tokens.forget(token);
    return retry ? sendWith(await tokens.get()) : answer;
  };

  return {
    user: ownUser(send),
    calendar: userCalendars(send),
    events: userEvents(send),
  };
}
