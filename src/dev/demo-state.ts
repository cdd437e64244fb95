/** What `npm run demo` leaves on the dev server, and in a file that git ignores, for `npm run token` to go on with. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Permissions, type SchedulerClaims } from '@nettu/scheduler-sdk';
import jwt from 'jsonwebtoken';

export interface DemoState {
  baseUrl: string;
  accountId: string;
  secretApiKey: string;
  userId: string;
  calendarId: string;
  /** PEM; of use on this machine's own database alone. */
  privateKey: string;
}

const folder = new URL('../../.wrangler/', import.meta.url);
const file = new URL('demo.json', folder);

export function keep(left: DemoState): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(left, null, 2), { mode: 0o600 });
}

/** @throws Error when no demo has left anything. */
export function loadDemoState(): DemoState {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoState;
  } catch {
    throw new Error('There is no user yet: run npm run demo, while npm run dev is running.');
  }
}

/** A token for a day, with which a user may do all but delete calendars. */
export function tokenFor(userId: string, privateKey: string): string {
  const claims: SchedulerClaims = {
    nettuSchedulerUserId: userId,
    exp: Math.floor(Date.now() / 1000) + 24 * 60 * 60,
    schedulerPolicy: { allow: [Permissions.All], reject: [Permissions.DeleteCalendar] },
  };
  return jwt.sign(claims, privateKey, { algorithm: 'RS256' });
}
