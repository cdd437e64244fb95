/** Each door of the table of routes, and who comes in by it. */
import type { Door } from '../route.ts';
import { stranger, visitor } from './anonymous.ts';
import { accountCaller } from './api-key-credential.ts';
import type { Caller, Errand } from './credential.ts';
import { userCaller } from './token-credential.ts';

type Admit = (headers: Headers, errand: Errand) => Caller | Promise<Caller>;

/** @throws Problem where the credentials are bad by themselves. */
export const doors: Record<Door, Admit> = {
  admin: accountCaller,
  /** The path names nobody: it is about the caller. */
  user: (headers, errand) => userCaller(headers, { ...errand, owner: null }),
  both: (headers, errand) =>
    headers.has('x-api-key') ? accountCaller(headers, errand) : doors.user(headers, errand),
  public: () => stranger,
  /** With a token, too, it is about whom the path names. */
  anyone(headers, errand) {
    if (headers.has('x-api-key')) return accountCaller(headers, errand);
    return headers.has('authorization') ? userCaller(headers, errand) : visitor(headers, errand);
  },
};

export const doorNames = Object.keys(doors) as Door[];
