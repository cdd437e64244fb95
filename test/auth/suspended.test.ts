/** An account that the operator has suspended answers nobody, gets no notification, and learns why; strangers learn nothing. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { remind } from '../../src/reminders/remind.ts';
import { dueEndpoints } from '../../src/webhooks/wake-queue.ts';
import { type Account, call, counting, keys, newAccount, newUser } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { enter, NOW, outbox, world } from '../support/reminders.ts';
import { credentials, entries, prepare, send, titled } from '../support/rows.ts';
import { firstKid, setState } from '../support/signing.ts';
import { HOUR, notifiedAccount, open } from '../support/webhooks.ts';

const suspend = ({ id }: Account) =>
  env.DB.prepare('INSERT INTO suspensions (account_id, since) VALUES (?, 1)').bind(id).run();
const resume = ({ id }: Account) =>
  env.DB.prepare('DELETE FROM suspensions WHERE account_id = ?').bind(id).run();

describe.each(titled(entries.filter(({ door }) => door !== 'public')))('%s', (_, entry) => {
  it('is 403 once the account is suspended, writes nothing, and takes no further round trip', async () => {
    const user = await newUser({ color: 'red' });
    const request = await prepare(entry, user);
    // The isolate knows the credential, as that of a caller who goes on.
    await user.call('POST', '/calendar', { body: { timezone: 'UTC' } });
    const as = await credentials(entry, user);
    await suspend(user.account);
    const before = await snapshot();
    const { db, trips } = counting();
    expectProblem(await send(entry, user, { ...request, as, env: { DB: db } }), 'account-suspended');
    // What a replica would refuse, the primary decides.
    expect(trips()).toBe(entry.door === 'anyone' ? 2 : 1);
    expect(await snapshot()).toEqual(before);
  });
});

describe('a caller', () => {
  it('is served again after the account is resumed, with the same credentials', async () => {
    const { account, ...user } = await newUser();
    await suspend(account);
    expectProblem(await user.call('GET', '/me'), 'account-suspended');
    await resume(account);
    expect((await user.call('GET', '/me')).status).toBe(200);
    expect((await account.call('POST', '/user', { body: {} })).status).toBe(201);
  });

  it('of another account notices nothing', async () => {
    const [suspended, other] = [await newAccount(), await newUser()];
    await suspend(suspended);
    expect((await other.call('GET', '/me')).status).toBe(200);
    expect((await other.account.call('GET', '/account')).status).toBe(200);
  });

  it('learns of the suspension last: an invalid body and a denied permission look the same', async () => {
    const { account, ...user } = await newUser();
    await suspend(account);
    expectProblem(await account.call('POST', '/user', { body: { metadata: 1 } }), 'account-suspended');
    const denied = { body: { timezone: 'UTC' }, claims: { schedulerPolicy: {} } };
    expectProblem(await user.call('POST', '/calendar', denied), 'account-suspended');
  });

  it('whose credential does not hold gets the answer of any other account', async () => {
    const { account, ...user } = await newUser();
    await account.call('PUT', '/account/settings', { body: { publicFreebusy: false } });
    await suspend(account);
    const foreign = { 'x-api-key': `${account.apiKey.slice(0, -2)}xx` };
    expectProblem(await call('GET', '/account', { headers: foreign }), 'api-key-unknown');
    expectProblem(await user.call('GET', '/me', { token: `${await user.token()}x` }), 'token-signature');
    const claims = { nettuSchedulerUserId: account.id };
    expectProblem(await user.call('GET', '/me', { claims }), 'user-unknown');
    const closed = `/user/${user.id}/freebusy?startTs=0&endTs=1`;
    const named = { headers: { 'nettu-account': account.id } };
    expectProblem(await call('GET', closed, named), 'credentials-missing');
    await resume(account);
    await setState(account, await firstKid(account), 'revoked');
    await suspend(account);
    expectProblem(await user.call('GET', '/me'), 'key-revoked');
  });

  it('sees an account that is deleted meanwhile as one that does not exist', async () => {
    const account = await newAccount(keys.pem);
    await suspend(account);
    await env.DB.prepare("INSERT INTO removals (account_id, id, kind) VALUES (?1, ?1, 'account')")
      .bind(account.id)
      .run();
    expectProblem(await account.call('GET', '/account'), 'api-key-unknown');
  });
});

describe('in the background', () => {
  it('no notification is sent until the account is resumed', async () => {
    const account = await notifiedAccount();
    await account.newUser();
    await suspend(account);
    const due = async () => {
      const pages = [];
      for await (const page of dueEndpoints(open, 'fast', Date.now())) pages.push(...page);
      return pages.map(({ account_id }) => account_id);
    };
    expect(await due()).not.toContain(account.id);
    await account.deliver();
    expect(await account.received()).toEqual([]);
    await resume(account);
    expect(await due()).toContain(account.id);
    await account.deliver();
    expect(await account.received()).toHaveLength(1);
  });

  it('no reminder is written until then', async () => {
    const reminded = await world();
    await enter(reminded);
    await suspend(reminded.account);
    const run = () => remind(env as never, () => NOW + HOUR);
    await run();
    expect((await outbox(reminded)).rows).toBe(0);
    await resume(reminded.account);
    await run();
    expect((await outbox(reminded)).rows).toBe(1);
  });
});
