/** Each door of the table of routes, and who comes in by it. */
import type { Door } from '../route.ts';
import { accountCaller } from './account-caller.ts';
import type { Caller, Errand } from './claim.ts';
import { userCaller } from './user-caller.ts';
import { stranger, visitor } from './visitor.ts';

type Admit = (headers: Headers, errand: Errand) => Caller | Promise<Caller>;

/** @throws Problem where the credentials are bad by themselves. */
export const doors: Record<Door, Admit> = {
  admin: accountCaller,
  /** The path names nobody: it is about the caller. */
  user: (headers, errand) => userCaller(headers, { ...errand, owner: null }),
  both: (headers, errand) =>
    headers.has('x-api-key') ? accountCaller(headers, errand) : userCaller(headers, errand),
  public: () => stranger,
  anyone: (headers, errand) =>
    headers.has('x-api-key') || headers.has('authorization')
      ? doors.both(headers, errand)
      : visitor(headers, errand),
};

export const doorNames = Object.keys(doors) as Door[];
