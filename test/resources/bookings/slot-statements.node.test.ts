/** The statements that read an availability are compiled once, not at each run. */
import { expect, it } from 'vitest';
import { unverified } from '../../../src/db/scope.ts';
import { availabilityQueries } from '../../../src/resources/bookings/availability.ts';
import { targetOf } from '../../../src/resources/bookings/availability-sql.ts';

it('has no parameter in a LIMIT: SQLite would compile the statement again when it is bound', () => {
  const target = targetOf(unverified('a', null), 's', { start: 0, end: 1 });
  const statements = availabilityQueries({ target, hostUserIds: ['u'], now: 0 });
  for (const { text } of statements) expect(text).not.toMatch(/LIMIT \?/);
  expect(statements.filter(({ text }) => /LIMIT \d/.test(text))).toHaveLength(2);
});
