/** The ids and keys that `npm run demo` saves for `npm run token`, in a file that git ignores. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { SchedulerClaims } from '@nettu/scheduler-sdk';
import jwt from 'jsonwebtoken';
import { Permissions } from '../sdk/permissions.ts';

export interface DemoState {
  baseUrl: string;
  accountId: string;
  secretApiKey: string;
  userId: string;
  calendarId: string;
  /** PEM. Only the local database knows its public half. */
  privateKey: string;
}

const folder = new URL('../../.wrangler/', import.meta.url);
const file = new URL('demo.json', folder);

/** Saves the demo state. Only this user of the machine may read the file, which holds an API key and a private key. */
export function saveDemoState(state: DemoState): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(state, null, 2), { mode: 0o600 });
}

/** @throws Error before the first demo. */
export function loadDemoState(): DemoState {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoState;
  } catch {
    throw new Error('There is no user yet. Start npm run dev, and run npm run demo in another terminal.');
  }
}

const codeFile = new URL('code', folder);

/** Saves the code that creates accounts, for `npm run demo`. Only this user of the machine may read the file. */
export function saveCode(code: string): void {
  mkdirSync(folder, { recursive: true });
  // An existing file would keep its mode.
  rmSync(codeFile, { force: true });
  writeFileSync(codeFile, code, { mode: 0o600 });
}

/** @throws Error where `npm run dev` has not run in this folder. */
export const loadCode = (): string => readFileSync(codeFile, 'utf8');

const TOKEN_LIFETIME_SECONDS = 24 * 60 * 60;

/** A token that is valid for a day and permits everything except deleting calendars. */
export function tokenFor(userId: string, privateKey: string): string {
  const claims: SchedulerClaims = {
    nettuSchedulerUserId: userId,
    exp: Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_SECONDS,
    schedulerPolicy: { allow: [Permissions.All], reject: [Permissions.DeleteCalendar] },
  };
  return jwt.sign(claims, privateKey, { algorithm: 'RS256' });
}
