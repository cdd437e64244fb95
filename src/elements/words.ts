/** Everything that the element says. A page gives its own, in its language, as the property `words`. */
import { NettuNetworkError, NettuProblem } from '@nettu/scheduler-sdk';

export const english = {
  chooseDate: 'Choose a date',
  previousMonth: 'Previous month',
  nextMonth: 'Next month',
  noTimes: 'no times',
  times: (count: number) => (count === 1 ? '1 time' : `${count} times`),
  timesOn: (day: string) => `Times on ${day}`,
  noTimesOn: (day: string) => `No times on ${day}. Choose another date.`,
  noTimesIn: (month: string) => `No times in ${month}.`,
  nextTimes: 'Show the next date with times',
  noneAhead: 'There are no times in the next three months.',
  loading: 'Looking for times…',
  timezone: 'Time zone',
  chosen: (when: string) => `Chosen: ${when}`,
  details: 'Your details',
  heldUntil: (time: string) => `Held for you until ${time}.`,
  holdOver: 'That time is over. You can still confirm, unless somebody else was faster.',
  name: 'Name',
  note: 'Anything we should know? (optional)',
  confirm: 'Confirm',
  back: 'Choose another time',
  booked: 'You are booked',
  moved: 'Your booking is moved',
  move: 'Move',
  moving: (when: string) => `Choose a new time. Until then you keep ${when}.`,
  keep: 'Keep it as it is',
  cancel: 'Cancel booking',
  cancelSure: 'Really cancel it?',
  cancelYes: 'Yes, cancel',
  cancelled: 'Your booking is cancelled',
  again: 'Book another time',
  retry: 'Try again',
  taken: 'Somebody else has just taken that time. These are the times that are left.',
  unavailable: 'That time cannot be booked any more. These are the times that are left.',
  offline: 'There is no connection. Nothing is lost: try again once you are back online.',
  signIn: 'You need to sign in again before you can book.',
  denied: 'You are not allowed to do this here.',
  unknown: 'This cannot be booked here: it does not exist, or not any more.',
  tooMany: 'Too many requests. Wait a minute, then try again.',
  failed: 'Something went wrong on our side. Try again in a moment.',
};

export type Words = typeof english;

/** What went wrong, for whoever stands before the page. */
export function inWords(error: unknown, words: Words): string {
  // A TypeError is what `fetch` throws when the page's own server, asked for a token, cannot be reached.
  if (error instanceof NettuNetworkError || error instanceof TypeError) return words.offline;
  if (!(error instanceof NettuProblem)) return words.signIn;
  switch (error.code) {
    case 'slot-taken':
      return words.taken;
    case 'slot-unavailable':
    case 'booking-cancelled':
      return words.unavailable;
    case 'policy-denied':
      return words.denied;
    case 'not-found':
      return words.unknown;
    case 'rate-limited':
      return words.tooMany;
    default:
      return error.status === 401 ? words.signIn : words.failed;
  }
}

/** Whether the slot is the reason: then others are to be chosen from, and trying again is of no use. */
export const isLost = (error: unknown): boolean =>
  error instanceof NettuProblem &&
  ['slot-taken', 'slot-unavailable', 'booking-cancelled'].includes(error.code);
