/** An account lives in one shard: each of its requests queries that shard, and no other. */
import { expect, it } from 'vitest';
import { entries, prepare, send, titled } from '../support/rows.ts';
import { accountIn, counted, regions } from '../support/shards.ts';

/** Those two have no account yet, or none at all: they query every shard. */
const others = entries.filter(({ name }) => !['POST /account', 'GET /health'].includes(name));

it.each(titled(others))('%s queries only the shard of its account', async (_, entry) => {
  for (const [shard, region] of regions.entries()) {
    const user = await (await accountIn(region)).newUser({ color: 'red' });
    await user.call('GET', '/me');
    const request = await prepare(entry, user);
    const { env, trips } = counted();
    const reply = await send(entry, user, { ...request, env });
    expect(reply.status, JSON.stringify(reply.body)).toBe(entry.row.status ?? 200);
    const here = entry.fixture?.lines ? trips()[shard] : entry.trips;
    expect(trips()).toEqual(regions.map((_, i) => (i === shard ? here : 0)));
    expect(here === 0).toBe(entry.trips === 0);
  }
});
