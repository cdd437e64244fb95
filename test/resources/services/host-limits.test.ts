/** The limit of 100 hosts for each service. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { type Account, newAccount, type User } from '../../support/client.ts';
import { countOf, snapshot } from '../../support/database.ts';
import { expectProblem } from '../../support/problem.ts';
import { addHost, body, newService } from '../../support/scheduling.ts';

/** Inserts this many new users as hosts, directly into the database. */
async function fill({ id: account }: Account, service: string, count: number): Promise<void> {
  const ids = JSON.stringify(Array.from({ length: count }, () => crypto.randomUUID()));
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (account_id, id, metadata) SELECT ?, value, '{}' FROM json_each(?)`,
    ).bind(account, ids),
    env.DB.prepare(
      `INSERT INTO service_users (account_id, service_id, user_id, buffer_before, buffer_after, closest)
       SELECT ?, ?, value, 0, 0, 0 FROM json_each(?)`,
    ).bind(account, service, ids),
  ]);
}

const add = (service: string, user: User) =>
  user.account.call('POST', `/service/${service}/users`, { body: { userId: user.id } });

it('accepts the 100th host, and rejects the next until one is removed', async () => {
  const account = await newAccount();
  const [service, other] = [await newService(account), await newService(account)];
  await fill(account, service, 99);
  const [last, more] = [await account.newUser(), await account.newUser()];
  await addHost(service, last);
  const before = await snapshot();
  expectProblem(await add(service, more), 'host-limit');
  expectProblem(await add(service, last), 'host-exists');
  expect(await snapshot()).toEqual(before);
  expect(body(await account.call('GET', `/service/${service}`)).users).toHaveLength(100);
  expect((await add(other, more)).status).toBe(200);
  await account.call('DELETE', `/service/${service}/users/${last.id}`);
  expect((await add(service, more)).status).toBe(200);
});

it('accepts ten of 20 concurrent additions to 90 hosts', async () => {
  const account = await newAccount();
  const service = await newService(account);
  await fill(account, service, 90);
  const users = await Promise.all(Array.from({ length: 20 }, () => account.newUser()));
  const replies = await Promise.all(users.map((user) => add(service, user)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
  for (const reply of replies) if (reply.status !== 200) expectProblem(reply, 'host-limit');
  expect(await countOf('service_users', account.id)).toBe(100);
});

it('accepts one of ten concurrent additions of the same user', async () => {
  const account = await newAccount();
  const service = await newService(account);
  const user = await account.newUser();
  const replies = await Promise.all(Array.from({ length: 10 }, () => add(service, user)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const reply of replies) if (reply.status !== 200) expectProblem(reply, 'host-exists');
});
