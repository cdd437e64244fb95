/** An account lives in one database: each of its requests goes there, and nowhere else. */
import { expect, it } from 'vitest';
import { entries, prepare, send, titled } from '../support/rows.ts';
import { accountIn, counted, regions } from '../support/shards.ts';

const others = entries.filter(({ name }) => name !== 'POST /account');

it.each(titled(others))('%s asks the database of its account alone', async (_, entry) => {
  for (const [place, region] of regions.entries()) {
    const user = await (await accountIn(region)).newUser({ color: 'red' });
    await user.call('GET', '/me');
    const request = await prepare(entry, user);
    const { env, trips } = counted();
    const reply = await send(entry, user, { ...request, env });
    expect(reply.status, JSON.stringify(reply.body)).toBe(entry.row.status ?? 200);
    const here = entry.fixture?.lines ? trips()[place] : entry.trips;
    expect(trips()).toEqual(regions.map((_, i) => (i === place ? here : 0)));
    expect(here === 0).toBe(entry.trips === 0);
  }
});
