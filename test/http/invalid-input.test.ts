/**
 * Over HTTP, an invalid member of a body or a query of any route gets a 400 that names it, and nothing is written. The
 * `input.node.test.ts` of each resource test which values are invalid.
 */
import { describe, expect, it } from 'vitest';
import { newUser } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { membersOf } from '../support/parse.ts';
import { expectProblem } from '../support/problem.ts';
import { type Entry, entries, prepare, send, titled } from '../support/rows.ts';

/** No member of any body accepts a list in a list. */
const WRONG = [[]];

/** Sends one request per member, and compares the database before and after. */
async function expectRefused(
  entry: Entry,
  members: string[],
  wrong: (member: string) => { body?: object; search?: string },
) {
  expect(members).not.toEqual([]);
  const user = await newUser({ color: 'red' });
  const { path, body } = await prepare(entry, user);
  const before = await snapshot();
  for (const member of members) {
    const { search, ...changed } = wrong(member);
    const request = { path, ...changed, ...(body && { body: { ...body, ...changed.body } }), search };
    const reply = await send(entry, user, request);
    expectProblem(reply, 'input-invalid');
    const named = reply.problem.errors?.map(({ path }) => path.split(/[.[]/)[0]);
    expect({ member, named }).toEqual({ member, named: [member] });
  }
  expect(await snapshot()).toEqual(before);
}

describe.each(titled(entries.filter(({ row }) => row.does.body)))('%s', (_, entry) => {
  it('returns 400 for each invalid member of the body, and writes nothing', async () => {
    await expectRefused(entry, membersOf(entry.row.does.body), (member) => ({ body: { [member]: WRONG } }));
  });
});

describe.each(titled(entries.filter(({ row }) => row.does.query)))('%s', (_, entry) => {
  it('returns 400 for each repeated query parameter, and writes nothing', async () => {
    const { query = '?' } = entry.fixture ?? {};
    await expectRefused(entry, membersOf(entry.row.does.query), (member) => ({
      search: `${query}&${member}=1&${member}=2`,
    }));
  });
});
