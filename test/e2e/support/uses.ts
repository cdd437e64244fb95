/** A use is one call of an SDK method, with the expected status and data. */
import { expect } from 'vitest';
import type { Answer } from '../../../src/sdk/index.ts';
import { type Actors, dataOf } from './actors.ts';

export type Use = [send: (actors: Actors) => Promise<Answer<unknown>>, status: number, data: object];

export const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);
export const withEtag = { metadata: { color: 'red' } };
export const red = { key: 'color', value: 'red' };

export const makeCalendar = async ({ accountClient, userId }: Actors) =>
  dataOf(await accountClient.calendar.create(userId, { timezone: 'UTC', ...withEtag })).calendar.id;
