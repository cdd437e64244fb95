/** Each door of the table of routes, and the credential that it takes. */
import type { Door } from '../route.ts';
import { anonymousCaller, unauthenticated } from './anonymous.ts';
import { apiKeyCaller } from './api-key-credential.ts';
import type { Caller, RequestContext } from './credential.ts';
import { feedCaller } from './feed-credential.ts';
import { tokenCaller } from './token-credential.ts';

type Admit = (headers: Headers, context: RequestContext) => Caller | Promise<Caller>;

/** @throws Problem where the credential is bad by itself. */
export const doors: Record<Door, Admit> = {
  admin: apiKeyCaller,
  /** The path names nobody: the request is about the caller. */
  user: (headers, context) => tokenCaller(headers, { ...context, owner: null }),
  both: (headers, context) =>
    headers.has('x-api-key') ? apiKeyCaller(headers, context) : doors.user(headers, context),
  public: () => unauthenticated,
  /** With a token, too, the request is about the user whom the path names. */
  anyone(headers, context) {
    if (headers.has('x-api-key')) return apiKeyCaller(headers, context);
    return headers.has('authorization') ? tokenCaller(headers, context) : anonymousCaller(headers, context);
  },
  feed: (_, context) => feedCaller(context),
};

export const doorNames = Object.keys(doors) as Door[];
