/** The texts of the element. A page sets its own, in its language, with the property `words`. */
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
  loading: 'Loading times…',
  timezone: 'Time zone',
  chosen: (when: string) => `Chosen: ${when}`,
  details: 'Your details',
  heldUntil: (time: string) => `Held for you until ${time}.`,
  holdOver: 'The hold has expired. You can still confirm, unless somebody else has booked the time.',
  name: 'Name',
  note: 'Anything we should know? (optional)',
  confirm: 'Confirm',
  back: 'Choose another time',
  booked: 'Your booking is confirmed',
  moved: 'Your booking is moved',
  move: 'Move',
  moving: (when: string) => `Choose a new time. Until then, your booking stays: ${when}.`,
  keep: 'Keep booking',
  cancel: 'Cancel booking',
  cancelSure: 'Cancel this booking?',
  cancelYes: 'Yes, cancel',
  cancelled: 'Your booking is cancelled',
  again: 'Book another time',
  retry: 'Try again',
  taken: 'Somebody else has just booked that time. Choose another one.',
  unavailable: 'That time is no longer available. Choose another one.',
  offline: 'There is no connection. Try again when you are back online.',
  signIn: 'Sign in again to book.',
  denied: 'You do not have permission to do this.',
  unknown: 'This service or booking does not exist any more.',
  tooMany: 'Too many requests. Wait a minute, then try again.',
  failed: 'Something went wrong on our side. Try again in a moment.',
};

export type Words = typeof english;

/** The message of an error, for the person at the page. */
export function messageOf(error: unknown, words: Words): string {
  // `fetch` throws a TypeError when the token function cannot reach the page's own server.
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

/** Whether the slot is no longer available, so that a retry does not help. */
export const lostSlot = (error: unknown): boolean =>
  error instanceof NettuProblem &&
  ['slot-taken', 'slot-unavailable', 'booking-cancelled'].includes(error.code);
