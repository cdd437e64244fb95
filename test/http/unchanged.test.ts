/** A PUT that changes nothing still requires the current etag. */
import { expect, it } from 'vitest';
import { newUser } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { type Entry, entries, prepare } from '../support/rows.ts';

it.each([{}, { state: 'confirmed' }])(
  'returns 412 for a PUT of %j to a booking with a stale etag',
  async (body) => {
    const user = await newUser();
    const entry = entries.find(({ name }) => name === 'PUT /booking/:bookingId') as Entry;
    const { path } = await prepare(entry, user);
    const etag = (await user.call('GET', path)).headers.get('etag') as string;
    const put = (tag: string) => user.call('PUT', path, { body, headers: { 'if-match': tag } });
    expectProblem(await put('"stale"'), 'precondition-failed');
    expect((await put(etag)).status).toBe(200);
    expect((await put('*')).status).toBe(200);
  },
);
