/** The truth table of the policy, for the function `decide` and for every route that needs a permission. */
import { describe, expect, it } from 'vitest';
import { decide, permissions } from '../../src/auth/policy.ts';
import type { NamedPermission, Permission } from '../../src/sdk/types.ts';
import { newAccount, policy } from '../support/client.ts';
import { snapshot } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { credentials, entries, prepare, send, titled } from '../support/rows.ts';

/** The contents of a list, relative to the permission that the route needs. */
const kinds = ['absent', 'empty', 'that', '*', 'others', 'that and others', '* and others'] as const;
type Kind = (typeof kinds)[number];

function listOf(kind: Kind, needs: readonly NamedPermission[]): Permission[] | undefined {
  const others = permissions.filter((permission) => !needs.includes(permission));
  const star = '*' as const;
  const lists = {
    absent: undefined,
    empty: [],
    that: [...needs],
    '*': [star],
    others,
    'that and others': [...others, ...needs],
    '* and others': [...others, star],
  };
  return lists[kind];
}

/** Written by hand, not computed. Rows: allow. Columns: reject, in the order of `kinds`. */
// biome-ignore format: a truth table is read down its columns
const allowed: Record<Kind, readonly (0 | 1)[]> = {
  //                 absent empty that  *  others that+ *+
  'absent':          [0,    0,    0,    0, 0,     0,    0],
  'empty':           [0,    0,    0,    0, 0,     0,    0],
  'that':            [1,    1,    0,    0, 1,     0,    0],
  '*':               [1,    1,    0,    0, 1,     0,    0],
  'others':          [0,    0,    0,    0, 0,     0,    0],
  'that and others': [1,    1,    0,    0, 1,     0,    0],
  '* and others':    [1,    1,    0,    0, 1,     0,    0],
};

const cells = kinds.flatMap((allow) =>
  kinds.map((reject, column) => ({ allow, reject, allowed: allowed[allow][column] === 1 })),
);

it('knows the permissions of the contract', () => {
  const things = ['Calendar', 'CalendarEvent', 'Schedule'];
  const names = things.flatMap((thing) => ['Create', 'Delete', 'Update'].map((verb) => verb + thing));
  const ofBookings = ['CreateBooking', 'UpdateBooking', 'CancelBooking'];
  expect([...permissions].sort()).toEqual([...names, ...ofBookings].sort());
});

describe('decide', () => {
  it.each(permissions)('%s is decided by the truth table', (permission) => {
    for (const { allow, reject, allowed } of cells) {
      const { schedulerPolicy } = policy(listOf(allow, [permission]), listOf(reject, [permission]));
      const decision = decide(schedulerPolicy, [permission]);
      expect({ allow, reject, allowed: decision.allowed }).toEqual({ allow, reject, allowed });
      expect(decision.because).toMatch(/\S/);
    }
  });

  it('allows a route that needs no permission, whatever the policy', () => {
    for (const schedulerPolicy of [undefined, {}, { allow: [] }, { reject: ['*'] as const }]) {
      expect(decide(schedulerPolicy, []).allowed).toBe(true);
    }
  });

  it('denies every permission without a policy', () => {
    for (const permission of permissions) expect(decide(undefined, [permission]).allowed).toBe(false);
  });

  it('requires all of several permissions to be allowed, and none to be rejected', () => {
    const needs = ['CreateCalendar', 'DeleteCalendar'] as const;
    const decided = (allow: Permission[], reject: Permission[] = []) =>
      decide({ allow, reject }, needs).allowed;
    expect(decided(['CreateCalendar'])).toBe(false);
    expect(decided(['DeleteCalendar'])).toBe(false);
    expect(decided(['DeleteCalendar', 'CreateCalendar'])).toBe(true);
    expect(decided(['*'])).toBe(true);
    expect(decided(['*'], ['DeleteCalendar'])).toBe(false);
    expect(decided(['*'], ['CreateCalendar'])).toBe(false);
    expect(decided(['DeleteCalendar', 'CreateCalendar'], ['CreateCalendar'])).toBe(false);
    expect(decided(['*'], ['UpdateCalendar'])).toBe(true);
  });
});

const guarded = entries.filter(({ door, row }) => door === 'user' && row.needs.length > 0);
const free = entries.filter(({ door, row }) => door === 'user' && row.needs.length === 0);

it('every user route that writes needs a permission', () => {
  expect(free.filter(({ row }) => row.method !== 'GET')).toEqual([]);
  expect(guarded.length).toBeGreaterThan(0);
});

it.each(titled(guarded))('%s follows the truth table, and changes nothing when denied', async (_, entry) => {
  const user = await (await newAccount()).newUser();
  const requestFor = async ({ allow, reject }: (typeof cells)[number]) => {
    const claims = policy(listOf(allow, entry.row.needs), listOf(reject, entry.row.needs));
    return { ...(await prepare(entry, user)), as: await user.headers(await user.token(claims)) };
  };
  for (const cell of cells.filter(({ allowed }) => allowed)) {
    const { status } = await send(entry, user, await requestFor(cell));
    expect({ ...cell, status }).toEqual({ ...cell, status: entry.row.status ?? 200 });
  }
  const refused = await Promise.all(
    cells.filter(({ allowed }) => !allowed).map(async (cell) => ({ cell, request: await requestFor(cell) })),
  );
  const before = await snapshot();
  for (const { cell, request } of refused) {
    const reply = await send(entry, user, request);
    expect({ ...cell, code: reply.problem.code }).toEqual({ ...cell, code: 'policy-denied' });
    expectProblem(reply, 'policy-denied');
    expect(reply.headers.get('www-authenticate')).toContain('insufficient_scope');
  }
  expect(await snapshot()).toEqual(before);
});

it.each(titled(free))(
  '%s accepts any token of the user, as reading needs no permission',
  async (_, entry) => {
    const user = await (await newAccount()).newUser();
    for (const claims of [
      { schedulerPolicy: undefined },
      policy([]),
      policy([], ['*']),
      policy(['*'], ['*']),
    ]) {
      const request = await prepare(entry, user);
      const as = await user.headers(await user.token(claims));
      expect((await send(entry, user, { ...request, as })).status).toBe(200);
    }
  },
);

it.each(titled(entries.filter(({ door }) => door === 'admin')))(
  '%s ignores policies, as the account is the caller',
  async (_, entry) => {
    const user = await (await newAccount()).newUser();
    const rejecting = await user.headers(await user.token(policy([], ['*'])));
    const as = { ...rejecting, ...(await credentials(entry, user)) };
    expect((await send(entry, user, { ...(await prepare(entry, user)), as })).status).toBeLessThan(300);
  },
);
